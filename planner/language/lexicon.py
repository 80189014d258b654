"""What words mean about things: kinds, colours, sizes and sides, in English and Chinese.

A *concept* is named by its usual English word. The lexicon only ever says that two words mean the same; a
word that is not here still finds things whose name, kind or alias contains it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_KINDS = """
cube|block|blocks|方块|立方体|积木|木块|方木块|正方体|魔方块;ball|sphere|orb|球|小球|圆球|球体;cuboid|长方体|长方块;cylinder|圆柱|圆柱体|柱子|圆筒;bowl|碗;plate|dish|saucer|盘子|盘|碟子|碟
box|carton|crate|盒子|盒|箱子|箱|纸箱|纸盒;cup|杯子|杯|水杯|茶杯|纸杯;mug|cup|马克杯|杯子|杯;tray|托盘;basket|篮子|篮|筐|竹篮;bin|桶|垃圾桶|收纳箱;bucket|桶|水桶;jar|罐子|罐|广口瓶;can|tin|罐头|易拉罐|罐子
bottle|瓶子|瓶|水瓶;drawer|抽屉;button|按钮|按键|钮;switch|开关;door|门;cabinet|cupboard|柜子|橱柜|柜;table|desk|tabletop|桌子|桌面|桌|台面;shelf|架子|书架|货架;lid|cap|盖子|瓶盖
apple|苹果;banana|香蕉;orange|橙子|橘子|桔子;pear|梨|梨子;peach|桃子|桃;plum|李子;grape|葡萄;lemon|柠檬;lime|青柠;strawberry|草莓;pineapple|菠萝|凤梨;mango|芒果;watermelon|西瓜;kiwi|猕猴桃|奇异果;cherry|樱桃;coconut|椰子
carrot|胡萝卜|红萝卜;potato|土豆|马铃薯;tomato|西红柿|番茄;onion|洋葱;cucumber|黄瓜;pepper|辣椒;eggplant|茄子;corn|玉米;garlic|大蒜|蒜;mushroom|蘑菇;cabbage|白菜|卷心菜;broccoli|西兰花;pumpkin|南瓜
egg|鸡蛋|蛋;bread|面包;cookie|biscuit|饼干;cake|蛋糕;sandwich|三明治;pizza|披萨;cheese|奶酪|芝士;chocolate|巧克力;candy|sweet|糖果|糖;milk|牛奶;yogurt|酸奶;juice|果汁;cola|coke|可乐;tea|茶叶|茶
knife|刀|刀子|小刀;fork|叉子|叉;spoon|勺子|勺|汤匙|调羹;chopstick|chopsticks|筷子;pan|平底锅|锅;pot|锅|锅子;kettle|水壶|壶;teapot|茶壶;glass|cup|玻璃杯|杯子;vase|花瓶;spatula|铲子|锅铲;whisk|打蛋器
candle|蜡烛;lamp|台灯|灯;book|书|书本;notebook|笔记本|本子;pen|钢笔|笔|圆珠笔;pencil|铅笔|笔;marker|马克笔|记号笔|笔;crayon|蜡笔;ruler|尺子|直尺;scissors|剪刀;stapler|订书机;eraser|rubber|橡皮|橡皮擦;envelope|信封;card|卡片|卡
coin|硬币;key|钥匙;lock|锁;phone|mobile|cellphone|smartphone|手机|电话;charger|充电器;cable|数据线|电线|线缆;remote|遥控器;camera|相机|摄像头;watch|手表|表;clock|闹钟|钟;ring|戒指|圆环|环;hat|帽子|帽;glove|手套;sock|袜子;shoe|鞋子|鞋
shirt|衬衫;towel|毛巾;brush|刷子;comb|梳子;toothbrush|牙刷;toothpaste|牙膏;soap|肥皂|香皂;sponge|海绵;shampoo|洗发水;tissue|纸巾;mirror|镜子;umbrella|雨伞|伞;wallet|钱包;bag|袋子|包|包包;backpack|背包;sunglasses|墨镜;glasses|眼镜
hammer|锤子|榔头;nail|钉子;screw|螺丝|螺丝钉;screwdriver|螺丝刀|起子|改锥;wrench|spanner|扳手;pliers|钳子;saw|锯子;drill|电钻;bolt|螺栓;nut|螺母|螺帽;spring|弹簧;gear|齿轮;wheel|轮子;tape|胶带;glue|胶水;toolbox|tool box|工具箱;rope|绳子|绳;wire|电线|铁丝
coaster|杯垫;napkin|餐巾|餐巾纸;paper|纸|纸张;folder|文件夹;clip|paper clip|paperclip|夹子|回形针;magnet|磁铁;dice|die|骰子|色子;domino|多米诺骨牌;puzzle|拼图;toy|玩具;duck|rubber duck|鸭子|小鸭子|小黄鸭;bear|teddy|小熊|熊;doll|娃娃|洋娃娃;robot|机器人;dinosaur|恐龙
car|toy car|汽车|小汽车|玩具车|小车;truck|卡车;train|火车;boat|ship|小船|船;plane|airplane|飞机;star|星星;pyramid|金字塔|四棱锥;cone|圆锥|锥体;prism|棱柱|三棱柱;triangle|三角块|三角形;rod|stick|bar|木棍|棍子|棒子|杆子;tube|pipe|管子;brick|砖块|砖;tile|瓷砖;plank|board|木板|板子
stone|rock|石头|石块;shell|贝壳;leaf|叶子|树叶;flower|花|花朵;plant|植物|盆栽;feather|羽毛;battery|电池;sensor|传感器;chip|芯片;circuit board|pcb|电路板;motor|马达|电机;bulb|light bulb|灯泡;plug|插头;adapter|适配器;disk|光盘|圆盘;usb stick|flash drive|usb drive|thumb drive|u盘|优盘|闪存盘;mouse|鼠标;keyboard|键盘;laptop|computer|笔记本电脑|电脑
packet|pouch|小包;sack|麻袋;case|盒子|箱子;tub|盆;pad|mat|垫子;stand|支架;container|容器;cork|软木塞;straw|吸管;ribbon|丝带|彩带;string|线|细绳;needle|针;thread|线;marble|bead|弹珠|珠子|玻璃珠;token|chess piece|棋子;tennis ball|网球;golf ball|高尔夫球;ping pong ball|乒乓球;football|soccer ball|足球;basketball|篮球
mustard|芥末;ketchup|番茄酱;salt|salt shaker|盐罐|盐;sugar|糖|白糖;spam|午餐肉;soup can|汤罐头;cracker|薄脆饼干;medicine|pill bottle|药瓶|药;thermos|保温杯|保温瓶;toast|吐司;hanger|衣架;helmet|头盔;microphone|麦克风|话筒;headphones|耳机;tablet|平板|平板电脑
walnut|核桃;peanut|花生;almond|杏仁;chestnut|栗子;hazelnut|榛子;cashew|腰果;pistachio|开心果;acorn|橡果|橡子;pinecone|pine cone|松果;avocado|牛油果;papaya|木瓜;fig|无花果;blueberry|蓝莓;raspberry|覆盆子;radish|萝卜;celery|芹菜;ginger|姜|生姜;lettuce|生菜;pea|豌豆;bean|豆子;olive|橄榄;pretzel|椒盐卷饼;donut|doughnut|甜甜圈;muffin|松饼;croissant|羊角面包;burger|hamburger|汉堡;waffle|华夫饼;pancake|煎饼;dumpling|饺子;popcorn|爆米花;lollipop|棒棒糖;macaron|马卡龙
spool|reel|线轴|卷轴;button|纽扣|扣子;thimble|顶针;yarn|毛线;zipper|拉链;buckle|扣环;bobbin|梭芯;stamp|seal|印章|图章;brush pen|毛笔;inkstone|砚台;paperweight|镇纸;ink|墨水;inkstick|墨条;calculator|计算器;globe|地球仪;compass|指南针|圆规;protractor|量角器;stopwatch|秒表;thermometer|温度计;telescope|望远镜;microscope|显微镜;magnifier|magnifying glass|放大镜;calipers|卡尺;funnel|漏斗;beaker|烧杯;flask|烧瓶;test tube|试管;vial|小药管|药管|小瓶;petri dish|培养皿;syringe|注射器;pipette|移液管|滴管
resistor|电阻|电阻器;capacitor|电容|电容器;relay|继电器;diode|二极管;transistor|三极管|晶体管;fuse|保险丝;antenna|天线;heatsink|heat sink|散热片|散热器;multimeter|万用表;soldering iron|电烙铁;speaker|音箱|扬声器;router|路由器;fan|风扇;gyroscope|陀螺仪;valve|阀门;washer|垫圈;hinge|合页|铰链;bracket|支架;clamp|夹钳;chisel|凿子;file|锉刀;axe|斧头;mallet|木槌;shovel|spade|铁锹|铲子;rake|耙子
king|国王;queen|王后|皇后;rook|车;bishop|象;knight|马;pawn|兵|卒;yoyo|yo-yo|悠悠球|溜溜球;top|spinning top|dreidel|陀螺;kite|风筝;balloon|气球;whistle|哨子;harmonica|口琴;flute|笛子;drum|鼓;trumpet|小号;violin|小提琴;guitar|吉他;bell|铃铛;maraca|沙锤;kazoo|卡祖笛;tambourine|铃鼓;figurine|小人偶|手办;horse|木马;elephant|大象;lion|狮子;tiger|老虎;panda|熊猫;rabbit|bunny|兔子;turtle|乌龟;frog|青蛙;penguin|企鹅;owl|猫头鹰;dragon|龙;shark|鲨鱼;tractor|拖拉机;rocket|火箭
ladle|汤勺;grater|刨丝器;peeler|削皮刀;sieve|strainer|colander|漏勺|筛子|滤盆;tongs|夹子;rolling pin|擀面杖;corkscrew|opener|开瓶器;wok|炒锅;steamer|蒸笼;pitcher|jug|水罐;goblet|高脚杯;ramekin|小烤碗;saucer|茶碟;lantern|灯笼;torch|flashlight|手电筒;lighter|打火机;matchbox|match|火柴盒|火柴;pillow|枕头;blanket|毯子;necklace|项链;bracelet|手镯;earring|耳环;medal|奖牌;trophy|奖杯;badge|徽章;ticket|票|门票;passport|护照;newspaper|报纸;magazine|杂志;calendar|日历;poster|海报;postcard|明信片;photo|picture|照片;frame|相框;lipstick|口红;perfume|香水;lotion|乳液;razor|剃须刀;bandage|绷带;mask|口罩|面具;scarf|围巾;belt|皮带;tie|领带;boot|靴子;slipper|拖鞋;chest|箱子
spinach|菠菜;sweet potato|红薯|地瓜;persimmon|柿子;pomegranate|石榴;lychee|荔枝;durian|榴莲;date|jujube|枣子|红枣;apricot|杏子;cranberry|蔓越莓;turnip|白萝卜;leek|大葱;tofu|豆腐;sausage|香肠;ham|火腿;jam|果酱;honey|蜂蜜;butter|黄油;vinegar|醋瓶;soy sauce|酱油;steamed bun|bun|馒头|包子;mooncake|月饼;ice cream|冰淇淋|冰激凌;noodles|面条;bagel|百吉饼;marshmallow|棉花糖;gum|口香糖;jelly|果冻
nail clipper|nail clippers|指甲刀|指甲剪;toothpick|牙签;cotton swab|q-tip|棉签;band-aid|plaster|创可贴;safety pin|别针;pushpin|thumbtack|图钉;rubber band|橡皮筋|皮筋;binder clip|长尾夹;sticky note|post-it|便利贴|便签;highlighter|荧光笔;chalk|粉笔;abacus|算盘;tape measure|卷尺;sandpaper|砂纸;paintbrush|画笔;palette|调色盘;hex key|allen key|内六角扳手;keychain|key ring|钥匙扣;power bank|充电宝;socket|outlet|插座;memory card|sd card|存储卡|内存卡;mouse pad|mousepad|鼠标垫;tripod|三脚架;headlamp|头灯;padlock|挂锁;crowbar|撬棍;trowel|抹刀
shuttlecock|羽毛球;frisbee|飞盘;racket|球拍;chessboard|棋盘;mahjong tile|麻将;playing card|poker card|扑克牌|扑克;lego|lego brick|乐高;jump rope|跳绳;dumbbell|哑铃;rubik's cube|魔方;slingshot|弹弓;pinwheel|风车;fox|狐狸;monkey|猴子;kitten|cat|小猫|猫咪;puppy|dog|小狗|狗狗;piggy|pig|小猪;cow|奶牛;sheep|lamb|绵羊|小羊;hen|chicken|母鸡|小鸡;crab|螃蟹;octopus|章鱼;dolphin|海豚;giraffe|长颈鹿;zebra|斑马;deer|小鹿|梅花鹿;snake|小蛇;unicorn|独角兽;butterfly|蝴蝶;whale|鲸鱼;snail|蜗牛;squirrel|松鼠;hedgehog|刺猬;koala|考拉;camel|骆驼;hippo|河马
"""

_COLORS = """red|红|红色|大红|赤色;blue|蓝|蓝色|深蓝|天蓝|浅蓝|深蓝色|navy;green|绿|绿色|浅绿色|深绿色;yellow|黄|黄色;orange|橙|橙色|橘色|橘黄色|橘红色;purple|紫|紫色|violet;pink|粉|粉色|粉红|粉红色;black|黑|黑色
white|白|白色;brown|棕|棕色|褐色|咖啡色|tan;gray|grey|灰|灰色;silver|银|银色;gold|golden|金|金色;cyan|青|青色|turquoise|teal;magenta|品红|洋红;beige|米色"""

SIZES = {
    "big": "big bigger biggest large larger largest 大 最大 较大 更大 大一点 大号 大个".split(),
    "small": "small smaller smallest little tiny 小 最小 较小 更小 小一点 小号 小个".split(),
    "tall": "tall taller tallest 高 最高 较高".split(),
    "short": "short shorter shortest 矮 最矮 短 最短 较短".split(),
    "long": "long longer longest 长 最长 较长".split(),
}
"""Words that compare sizes."""

SIDES = {
    "left": "left leftmost left-most 左边 左侧 最左边 最左侧 左面 最左 靠左 左手边 左边儿 左方 左".split(),
    "right": "right rightmost right-most 右边 右侧 最右边 最右侧 右面 最右 靠右 右手边 右方 右".split(),
    "front": "front nearest closest frontmost 前面 最前面 最近 前排 前方".split(),
    "behind": "back rear farthest furthest 后面 最后面 最远 后排 后方".split(),
    "middle": "middle central center centre 中间 正中间 中央".split(),
    "upper": "top upper 上面 上层 上方 最上面".split(),
    "lower": "bottom lower 下面 下层 下方 最下面".split(),
}
"""Words that tell things apart by where they are."""

GENERIC = frozenset("thing things object objects item items stuff one ones piece pieces 东西 物体 物品 物件 个 那个 这个 一个 的".split())
"""Nouns that anything answers to."""

CATEGORIES = {
    "fruit": ("fruit fruits 水果", "apple banana orange pear peach plum grape lemon lime strawberry pineapple mango watermelon kiwi cherry coconut avocado papaya fig blueberry raspberry"),
    "vegetable": ("vegetable vegetables veggies 蔬菜 菜", "carrot potato tomato onion cucumber pepper eggplant corn garlic mushroom cabbage broccoli pumpkin radish celery ginger lettuce pea bean"),
    "food": ("food foods snack snacks 食物 食品 吃的 零食", "apple banana orange pear peach plum grape lemon lime strawberry pineapple mango kiwi cherry carrot potato tomato onion cucumber egg bread cookie cake sandwich pizza cheese chocolate candy"),
    "cutlery": ("cutlery utensil utensils silverware 餐具", "knife fork spoon chopstick ladle"),
    "tool": ("tool tools 工具", "hammer screwdriver wrench pliers saw drill chisel file axe mallet clamp"),
    "toy": ("toy toys 玩具", "cube ball duck bear doll robot dinosaur car truck train boat plane puzzle yoyo top kite balloon drum maraca kazoo tambourine figurine horse elephant lion tiger panda rabbit turtle frog penguin dragon shark tractor rocket marble domino"),
    "stationery": ("stationery 文具", "pen pencil marker crayon ruler eraser stapler scissors compass protractor stamp"),
    "container": ("container containers 容器", "bowl box cup mug basket bin bucket jar tray"),
}
"""Nouns over kinds: the words for each, and the kinds it covers."""

CONTAINERS = frozenset("bowl box cup mug basket bin bucket jar tray can pot pan drawer cabinet container bag toolbox vase tub case sack glass".split())
"""Kinds things go into even where the scene does not say `container`."""

FLAT = frozenset("plate tray coaster mat shelf table pad".split())
"""Kinds several things can stand on."""

HANDY = frozenset("cup mug glass can bottle jar case sack bag".split())
"""Kinds that can be picked up although things go into them."""

UNGRASPABLE = frozenset("mat bowl plate tray basket bin bucket toolbox shelf pot pan laptop cabinet drawer table".split())
"""Kinds that are too wide for the gripper or have no place to grip."""


PAIRS = frozenset("scissors glasses sunglasses pliers tongs tweezers headphones".split())
"""English plurals for one thing."""

HANDS = frozenset("hand your hand gripper your gripper hands 手 手里 手上 手中 夹爪".split()) | {"your hand", "your gripper"}
"""Words for the gripper as a place."""


def plain(text: str) -> str:
    """A name or word as the lexicon compares them: lower case, spaces for underscores, no plural marks touched."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s_\-]+", " ", text).strip()


def singulars(word: str) -> tuple[str, ...]:
    """The word and what it could be the plural of."""
    out = [word]
    if word.isascii() and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        out.append(word[:-1])
        if word.endswith("ies"):
            out.append(word[:-3] + "y")
        if word.endswith("es"):
            out.append(word[:-2])
        if word.endswith("ves"):
            out += [word[:-3] + "f", word[:-3] + "fe"]
    return tuple(out)


def _entries(text: str) -> list[list[str]]:
    return [entry.split("|") for line in text.strip().splitlines() for entry in line.split(";")]


@cache
def _table(which: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for entry in _entries(_KINDS if which == "kinds" else _COLORS):
        for word in entry:
            table.setdefault(word, set()).add(entry[0])
    return {word: frozenset(concepts) for word, concepts in table.items()}


def is_kind(word: str) -> bool:
    """Whether the word as it stands is the name of a kind."""
    return word in _table("kinds")


def is_known(word: str) -> bool:
    """Whether the word or what it may be the plural of is the name of a kind. Of Chinese words only the end may be
    one, and that need not mean much: 宣纸 is a paper and 镇纸 a paperweight."""
    return any(is_kind(singular) for singular in singulars(plain(word)))


def kinds_of(word: str) -> frozenset[str]:
    """The kinds a noun may mean; for Chinese also by its ending (`塑料杯子` is a cup). Empty if unknown."""
    table = _table("kinds")
    for singular in singulars(plain(word)):
        if singular in table:
            return table[singular]
    if not word.isascii():
        for start in range(1, len(word)):
            if word[start:] in table:
                return table[word[start:]]
        return frozenset()
    last = plain(word).split(" ")[-1]
    return kinds_of(last) if last and last != plain(word) else frozenset()


@cache
def words_for(kind: str) -> tuple[str, ...]:
    """All words of a kind, in both languages."""
    return tuple(word for entry in _entries(_KINDS) if entry[0] == kind for word in entry)


def kinds_under(word: str) -> frozenset[str]:
    """The kinds a category noun such as `fruit` covers. Empty if it is no category."""
    for singular in singulars(plain(word)):
        for names, members in CATEGORIES.values():
            if singular in names.split():
                return frozenset(members.split())
    return frozenset()


def color_of(word: str) -> str | None:
    """The colour a word means, or None."""
    found = _table("colors").get(plain(word))
    return next(iter(found)) if found else None


@cache
def color_words() -> frozenset[str]:
    """All words that mean a colour."""
    return frozenset(_table("colors"))
