"""The words the training sentences are made of, in English and Chinese.

Copying has to work for words that are not here, so a good part of the nouns in training is invented on the
spot: syllables, part numbers, random characters.
"""

from __future__ import annotations

import random

NOUNS = """cube block ball sphere cylinder bowl plate box cup mug bottle can tin basket bin drawer apple banana orange
pear peach plum grape strawberry carrot potato tomato onion egg bread cookie cake sandwich pizza knife fork spoon
chopstick pan pot kettle teapot glass jug vase candle lamp book notebook pen pencil marker crayon ruler scissors
envelope card coin key lock phone charger cable remote camera watch ring hat glove sock shoe shirt towel brush comb
toothbrush soap bucket hammer nail screw bolt nut spring gear wheel pulley lever disk coaster napkin paper folder clip
magnet dice domino puzzle toy duck bear car truck train boat plane robot doll dinosaur star pyramid cone prism
triangle ring rod stick tube pipe peg brick tile plank stone pebble shell leaf flower plant feather battery
sensor chip board motor switch bulb plug adapter drive cartridge crate carton packet bag sack pouch case tub dish
saucer pad mat shelf rack stand holder container lid cap cork straw ribbon rope string button dial
handle hook pin needle thread marble bead token chess_piece red_cube blue_block bowl_2 cup_left item_7
green_cylinder small_box big_bowl yellow_ball box_b obj_3 part_12""".split()
MORE_NOUNS = """abacus acorn almond anchor armband arrow ashtray axe badge bagel balloon balm bandage banjo barrel baton bauble
beanbag beet bell belt binder blanket blender blueberry bobbin bonnet bookmark boomerang boot bouquet bow bracelet
bracket briefcase broom brooch brownie buckle bugle bun burger cabbage cactus calculator calendar calipers candy
canister canteen cape cart cashew cassette castanet celery cello cereal chalk chestnut chess_king chili chime chisel
cigar clamp clarinet cleaver clog clothespin clove coat coaster_2 cocoa compass corkscrew corncob cracker cradle crane
crowbar crown croissant cufflink curler cymbal dagger dart diary diode donut dragon drum drumstick dumbbell dynamo
earbud earring easel elephant elf emblem engine fan fig figure file firetruck fish flag flask flint flute foil fossil
frame freezer_bag frisbee frog fuse gavel gem giraffe globe goblet goggles gong gourd grater gum gyro harp hinge hippo
hook_3 horn horse hourglass icicle igloo inhaler ink iron ivory jacket javelin jewel kayak kite kiwi knob ladder ladle
lamb lantern lasso laser lattice lemonade lens letter lighthouse lily lime lion lipstick lizard lobster locket
lollipop loom lute mallet mango mannequin map mask medal melon menu mirror mitten mole monkey mop mosaic moth mount
mousepad muffin mushroom napkin_ring necklace nest net nozzle oar oat oboe olive opener orb ornament otter oven_mitt
owl oyster pacifier padlock paddle paintbrush palette pamphlet panda pancake panel papaya parachute parcel parrot
parsley passport pastry patch peanut pecan pedestal pegboard pen_2 penguin perfume photo piccolo pickle pie pig pillow
pincushion pinwheel pistachio pitcher plum_3 plunger pocketknife pod pointer popcorn postcard pretzel probe propeller
protractor pulley_2 pump punch purse quill quilt racket radish raft rake raisin rattle raven razor receipt reel relic
rivet rocket roller rosary rose router rug saddle safety_pin saffron sandal satellite scale scarf scepter scoop
scraper screen scroll seal seashell seed shaker shark sheep shield shovel shuttle sickle sieve skate skewer skull sled
sleeve slide slipper snail snowman solder spade spark_plug spatula speaker sphere spindle spinner squid squirrel stamp
stapler statue stencil stethoscope stirrer stocking stool stopwatch strainer strap sword tablet tadpole tag tambourine
tangerine target tassel teabag teddy telescope tent thermometer tiara ticket tiger timer tire toast tongs toolkit
torch totem tractor trophy trowel trumpet tuba tulip turnip turtle umbrella urn valve van violin visor wafer waffle
wand washer watermelon wax whale wheelbarrow whisk whistle wig windmill wine wok worm wreath wrench xylophone yam yarn
yogurt zebra zipper""".split()
"""Rarer ones: the more there are, the less the model minds a word it has not seen."""

MORE_NOUNS_ZH = """算盘 杏仁 箭头 斧头 徽章 百吉饼 气球 绷带 木桶 接力棒 沙包 甜菜 铃铛 皮带 毯子 搅拌机 蓝莓 书签 靴子 手镯 公文包 扫帚 胸针 汉堡 仙人掌 计算器 日历 水壶盖 腰果 磁带 芹菜 粉笔 栗子 凿子 雪茄 夹钳 拖鞋 外套 可可 指南针
开瓶器 玉米 皇冠 羊角面包 飞镖 日记本 二极管 甜甜圈 龙 鼓 鼓槌 哑铃 耳机 耳环 大象 发动机 风扇 无花果 锉刀 消防车 鱼 旗子 烧瓶 笛子 铝箔 化石 相框 飞盘 青蛙 保险丝 宝石 长颈鹿 地球仪 高脚杯 护目镜 锣 葫芦 口香糖 竖琴 合页
河马 号角 马 沙漏 墨水 熨斗 夹克 风筝 猕猴桃 把手 梯子 汤勺 灯笼 激光笔 柠檬 镜头 信 百合 狮子 口红 龙虾 棒棒糖 木槌 芒果 地图 面具 奖牌 哈密瓜 菜单 镜子 猴子 拖把 鼠标垫 松饼 蘑菇 项链 渔网 喷嘴 船桨 燕麦
橄榄 开罐器 猫头鹰 奶嘴 挂锁 画笔 调色盘 熊猫 煎饼 木瓜 降落伞 包裹 鹦鹉 护照 花生 企鹅 香水 照片 泡菜 馅饼 小猪 枕头 风车 开心果 口袋刀 爆米花 明信片 探针 螺旋桨 量角器 水泵 钱包 球拍 萝卜 木筏 耙子 葡萄干 拨浪鼓 剃须刀 收据
铆钉 火箭 滚筒 玫瑰 路由器 凉鞋 卫星 围巾 刮刀 卷轴 印泥 种子 鲨鱼 绵羊 盾牌 铲子 筛子 滑板 蜗牛 雪人 焊锡 铁锹 锅铲 音箱 松鼠 邮票 订书机 雕像 听诊器 长袜 凳子 秒表 漏网 宝剑 标签 橘子皮 靶子 茶包 望远镜 帐篷
温度计 门票 老虎 计时器 轮胎 火炬 拖拉机 奖杯 小号 郁金香 乌龟 雨伞 阀门 面包车 小提琴 威化 华夫饼 垫圈 西瓜 蜡块 鲸鱼 打蛋器 哨子 假发 葡萄酒 炒锅 花环 扳手 山药 毛线 酸奶杯 斑马 拉链 西葫芦 士兵 国王 王后 卡车头 零件 样品
试管 胶囊 药片 药盒 螺丝帽 模块 标本 玻片""".split()

COMPOUND_NOUNS = """tennis ball|golf ball|tape roll|coffee cup|tea bag|water bottle|salt shaker|cereal box|tape measure|
alarm clock|toy car|lego brick|wooden block|soup bowl|dinner plate|paper clip|rubber duck|glue stick|remote control|
memory card|shoe box|storage bin|lunch box|pencil case|soda can|test tube|circuit board|chess piece|measuring cup|
cutting board|top drawer|left drawer|middle drawer|lower drawer|upper drawer|metal ring|plastic cup|glass jar lid""".replace("\n", "").split("|")
COLORS = """red blue green yellow orange purple pink black white brown grey gray silver golden cyan magenta turquoise
dark light bright pale beige""".split()
SIZES = """big small large little tiny huge tall short long thin thick bigger smaller larger biggest smallest largest
tallest round square flat heavy wooden metal plastic shiny striped empty full""".split()
PLACES = ["left", "right", "leftmost", "rightmost", "left", "right", "nearest", "closest", "farthest", "front", "back", "middle"]
OPENABLE = """drawer cabinet door box lid gripper jar chest cupboard fridge microwave case suitcase safe top drawer|
bottom drawer|middle drawer|left drawer|right drawer|upper drawer|cabinet door|oven door|white drawer|tool chest|lunch box|
drawer_1|drawer_2|toy chest|desk drawer""".replace("\n", "").replace(" top drawer", "|top drawer").split("|")
OPENABLE = [word for entry in OPENABLE[:1] for word in entry.split()] + OPENABLE[1:]
PRESSABLE = ["button", "red button", "green button", "switch", "start button", "doorbell", "key", "big button", "lever",
             "emergency button", "button_1", "left button", "power button", "bell", "pedal", "light switch"]
GENERIC = ["thing", "object", "item", "one"]

NOUNS_ZH = """方块 积木 球 小球 圆球 圆柱 圆柱体 碗 盘子 碟子 盒子 箱子 杯子 水杯 马克杯 瓶子 罐头 筐 桶 抽屉 苹果 香蕉 橘子 梨 桃子
葡萄 草莓 胡萝卜 土豆 西红柿 洋葱 鸡蛋 面包 饼干 蛋糕 三明治 刀 叉子 勺子 筷子 锅 水壶 茶壶 茶杯 花瓶 蜡烛 台灯 书 笔记本 钢笔 铅笔
马克笔 蜡笔 尺子 剪刀 信封 卡片 硬币 钥匙 锁 手机 充电器 数据线 遥控器 相机 手表 戒指 帽子 手套 袜子 鞋子 衬衫 毛巾 刷子 梳子 牙刷 肥皂
锤子 钉子 螺丝 螺母 弹簧 齿轮 轮子 杯垫 餐巾 纸 文件夹 回形针 磁铁 骰子 拼图 玩具 小鸭子 小熊 汽车 卡车 火车 小船 飞机 机器人 娃娃
恐龙 星星 金字塔 圆锥 三角块 圆环 木棍 管子 砖块 木板 石头 贝壳 叶子 花 植物 羽毛 电池 传感器 芯片 电路板 马达 灯泡 插头 硬盘 纸箱 袋子
饭盒 笔筒 收纳盒 垫子 架子 支架 容器 盖子 瓶盖 吸管 丝带 绳子 纽扣 针 线 弹珠 珠子 棋子 网球 乒乓球 玩具车 木块 塑料杯 玻璃杯 纸杯
大碗 小碗 小盒子 铁盒 木盒 汤碗 菜板 胶棒 订书钉 茶叶 糖果 巧克力 酸奶 牛奶 可乐 饮料 酱油 盐罐""".split()
COLORS_ZH = """红 蓝 绿 黄 橙 紫 粉 黑 白 棕 灰 银 金 红色 蓝色 绿色 黄色 橙色 紫色 粉色 粉红色 黑色 白色 棕色 灰色 银色 金色 青色 深蓝色
浅绿色 深色 浅色 褐色 咖啡色 红色 蓝色 绿色 黄色""".split()
SIZES_ZH = """大 小 最大 最小 较大 较小 大一点 小一点 更大 更小 长 短 高 圆 方 空 木头 塑料 金属 大 小""".split()
PLACES_ZH = """左边 右边 左侧 右侧 最左边 最右边 中间 前面 后面 靠左 靠右 最近 最远 最前面 左 右""".split()
OPENABLE_ZH = """抽屉 柜子 门 盒子 箱子 盖子 柜门 冰箱 微波炉 上层抽屉 下层抽屉 中间抽屉 左边的抽屉 右边的抽屉 上面的抽屉 下面的抽屉
白色抽屉 第一个抽屉 第二个抽屉 工具箱 饭盒 书桌抽屉 夹爪 橱柜""".split()
PRESSABLE_ZH = "按钮 红色按钮 绿色按钮 开关 启动按钮 门铃 按键 大按钮 急停按钮 左边的按钮 电源键 开关按钮 踏板 铃".split()
GENERIC_ZH = ["东西", "物体", "物品", "那个"]

_SYLLABLES = "ba be bo da de dro fa fi flo ga gli go ka ke ku la le mo mi na no pa pli ra re ro sa shi so ta to tri va vi wa zo".split()


def invented_noun(rng: random.Random) -> str:
    """A word no dictionary has, or a name as programs write them."""
    word = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))) + rng.choice(("", "x", "n", "r", "t", "k"))
    shape = rng.random()
    if shape < 0.15:
        return f"{word}_{rng.randint(1, 20)}"
    if shape < 0.3:
        return f"{rng.choice(COLORS)}_{rng.choice(NOUNS).split('_')[0]}{rng.choice(('', '_1', '_2', '_3'))}"
    if shape < 0.38:
        return f"{rng.choice(NOUNS).split('_')[0]} {rng.choice(('a', 'b', 'c', '1', '2', '3', '12'))}"
    if shape < 0.5:
        return f"{word} {rng.choice(NOUNS).split('_')[0]}"
    return word


def invented_noun_zh(rng: random.Random) -> str:
    """One to three common characters that are no word together."""
    size = rng.choice((2, 2, 2, 3, 1))
    return "".join(bytes((rng.randint(0xB0, 0xD6), rng.randint(0xA1, 0xFE))).decode("gb2312") for _ in range(size))
