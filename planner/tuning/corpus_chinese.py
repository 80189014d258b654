"""Chinese training sentences with the goal forms they mean."""

from __future__ import annotations

import random

from pontine.planner.tuning import corpus_skills_chinese as skills
from pontine.planner.tuning import vocabulary as words
from pontine.planner.tuning.corpus_turns_chinese import TURNS
from pontine.planner.tuning.templates import Said, expand, fill

NUMBERS = {"two": ("两", "2", "俩"), "three": ("三", "3"), "four": ("四", "4")}
INSIDE = "[里|里|里面|中|里边|内|]"
TOP = "[上|上|上面|上边|顶上|]"

IN = ["[把|将]{a}[放回|放回到|装回|塞回]{b}[里|里面|]", "[把|把|把|将|]{a}[都|]{v}[进|到|入|在|进到]{b}" + INSIDE + "[去|]", "[把|将]{a}放进{b}里", "[把|将]{a}放到{b}里", "把{a}放入{b}", "{a}放{b}里", "{a}[放进|放到|装进|丢进]{b}", "[往|向]{b}里[面|]放{a}",
      "在{b}[里|里面|中]放[上|入|]{a}", "{b}[里|里面]放{a}", "让{a}待在{b}里", "{a}[应该|要|得|需要]放[在|进]{b}[里|里面]", "[我要|我想要|我想让]{a}在{b}[里|里面]", "[拿起|抓起|取]{a}[，|]放[进|到]{b}[里|里面|]",
      "[拿起|抓起|捡起]{a}[，|，然后|再]把[它|它们]放[进|到]{b}里", "用{b}装{a}", "{a}归到{b}里", "把{a}[收|收进|装|装到]{b}里", "{a}放到{b}里面"]
IN_VERBS = ["放", "放", "放", "装", "丢", "扔", "搁", "塞", "移", "挪", "送", "收", "投", "搬", "倒", "插", "下", "归置", "拾掇"]
ON = ["[把|将]{a}放回[到|]{b}[上|上面]", "[把|把|把|将|]{a}[都|]{v}[在|到|到|上]{b}" + TOP + "[去|]", "[把|将]{a}放到{b}上", "[把|将]{a}放在{b}上面", "{a}放{b}上", "{a}[放到|放在|摆在|叠在|摆到]{b}[上|上面]", "在{b}[上|上面]放[上|]{a}", "{b}[上|上面]放{a}", "让{a}[待|站|躺|停]在{b}上",
      "{a}[应该|要|得|需要]放在{b}[上|上面]", "[我要|我想要|我想让]{a}在{b}[上|上面]", "[拿起|抓起|取]{a}[，|]放[在|到]{b}[上|上面]", "[拿起|抓起|捡起]{a}[，|，然后|再]把[它|它们]放[在|到]{b}上[面|]", "用{a}盖住{b}", "把{b}上[面|]放上{a}"]
ON_VERBS = ["放", "放", "放", "摆", "叠", "摞", "堆", "搁", "移", "挪", "搭", "码", "搬", "架", "压", "立", "铺"]
SIDE = ["[把|把|把|将|]{a}[都|]{v}[到|到|在|去|至]{b}{r}[去|]", "[把|将]{a}放在{b}{r}", "[把|将]{a}移到{b}{r}", "{a}[放到|放在|移到|挪到|摆到|摆在]{b}{r}", "让{a}[待|站|停]在{b}{r}", "{a}[应该|要|得|需要]在{b}{r}", "[我要|我想要|我想让]{a}在{b}{r}",
        "在{b}{r}放[上|]{a}", "{b}{r}放{a}", "[拿起|抓起|取]{a}[，|]放[在|到]{b}{r}", "[拿起|抓起|捡起]{a}[，|，然后|再]把[它|它们]放[在|到]{b}{r}"]
SIDE_VERBS = ["放", "放", "移", "移动", "挪", "摆", "推", "搬", "移", "挪动", "靠"]
RELATION_WORDS = {
    "left": ["左边", "的左边", "左侧", "的左侧", "左面", "左方", "的左面", "左手边"], "right": ["右边", "的右边", "右侧", "的右侧", "右面", "右方", "的右面", "右手边"],
    "front": ["前面", "的前面", "前方", "前边", "的前方", "跟前", "前头"], "behind": ["后面", "的后面", "后方", "后边", "背后", "的后边", "后头"],
    "near": ["旁边", "的旁边", "边上", "附近", "的附近", "旁", "身边"],
}
SHORT_RELATION_WORDS = {"left": ["左边", "左侧", "左", "左面"], "right": ["右边", "右侧", "右", "右面"], "front": ["前面", "前边", "前"], "behind": ["后面", "后边", "后"], "near": ["旁边", "旁", "边上", "附近"]}
TERSE = {"in": ["{a}[，|：| |]{b}里[面|]", "{a}[进|入]{b}", "{a}[到|去]{b}里", "{a}放{b}[里|中]", "{a}[装|塞|收|扔|丢|搁]{b}里", "{a}进{b}[里|]"],
         "on": ["{a}[，|：| ]{b}上[面|]", "{a}上{b}", "{a}[到|去]{b}上", "{a}[放|摆|搁|叠|摞|架]{b}上[面|]", "{a}[叠|摞]{b}"],
         "side": ["{a}[，|：| |，|：]{b}{r}", "{a}[到|去|在]{b}{r}", "{a}[放|摆|搁|移|挪|推|靠]{b}{r}", "{a}[放|摆]在{b}{r}", "{a}[往|向]{b}{r}[移|挪|放|摆]", "{b}{r}[：|，]{a}", "{b}{r}[放|摆|来][个|]{a}"],
         "near": ["{a}[紧挨着|挨着|紧靠|靠着|贴着|靠近]{b}[放|摆|]", "[挨着|紧挨着|靠着|贴着]{b}[放|摆]{a}", "[把|]{a}[放得|摆得|移得]离{b}近[一点|些|]"]}
"""As people say it who type as little as they can."""
HOLD = ["[拿起|抓起|捡起|抓住|拿住|取|拿|提起|夹起|举起|夹住|抓取|拾起|握住|拿着]{a}", "[把|将]{a}[拿起来|抓起来|捡起来|夹起来|举起来|拿着|提起来|拿住|抓住]", "[给我|帮我|替我][拿|取|抓|递]{a}", "把{a}[拿|递|给]给我", "[拿|取|抓|夹][一下|下]{a}", "拿起{a}", "[我要|我想要]{a}", "{a}拿[起来|过来|给我]", "拿{a}", "拿{a}[来|起|]", "要{a}"]
OPEN = ["[打开|拉开|开|开启|掀开]{a}", "打开{a}", "[把|将]{a}[打开|拉开|开开|掀开]", "{a}打开", "[请|]让{a}开着", "开一下{a}"]
CLOSE = ["[关上|关闭|关|合上|推上|关好|盖上]{a}", "关上{a}", "[把|将]{a}[关上|关好|合上|推回去|推上|关闭|关了|关起来|关]", "{a}关[上|好|起来]", "[请|]让{a}关着", "关一下{a}"]
PRESS = ["[按|按下|按一下|点|点一下|按动|摁|摁下|摁一下|触发|按压|敲|敲一下]{a}", "按下{a}", "[把|将]{a}[按下去|按下|按一下|摁下去]", "[按|摁]一[下|按]{a}", "{a}按一下"]
OUT = ["[把|将]{a}从{b}[里|里面|中|上|上面][拿|取|移|搬|弄|捡][出来|走|下来|开|出|掉]", "从{b}[里|里面|中][拿出|取出|拿走|移走|移出|捡出]{a}", "从{b}[上|上面][拿下|取下|拿走|移走|移开]{a}", "[把|将]{a}[拿出|移出|取出]{b}", "从{b}[里|里面|上][拿|取]{a}[出来|下来|]", "{a}不[要|能|应该]在{b}[里|上]", "让{a}离开{b}"]
DOWN = ["[放下|松开|丢下|撂下]{a}", "[把|将]{a}放下[来|]", "[把|将]{a}[拿下来|取下来|卸下来]", "把{a}放回去"]
BACK = ["[把|将]{a}[放回|摆回|送回|挪回|拿回|移回][原处|原位|原来的地方|原来的位置|它原来的地方|去|老地方|原地|本来的位置]", "让{a}[回到|回][原位|原处|原来的位置|原来的地方]", "{a}[放回|摆回|归回|送回][原处|原位|去|原来的地方]", "[把|将]{a}[归位|复位|还回去|放回去|摆回去]",
        "{a}[从哪|哪儿|从哪儿|哪里]来[的|]就[放|回|送]回[哪|哪儿|哪里|哪去]", "{a}[原来|之前|刚才|本来]在[哪|哪儿|哪里]就放回[哪|哪儿|哪里]", "[把|将]{a}放[到|在|回]它[原来|之前|本来|一开始]的[地方|位置]", "{a}[归位|复位]", "还是[把|让]{a}[放回去|回原位|放回原处]"]
UNDO = ["[撤销|撤回|取消|收回][刚才|刚刚|上一步|前一步|上一个|][的操作|的动作|做的|动作|]", "[恢复|还原][到|成|][刚才|之前|原来|先前][的样子|那样|的状态]", "[退回|回到|退到][上一步|前一步|之前的样子|刚才的状态]", "[刚才|刚刚][那步|那个|做的|那一步|的动作][不算|撤掉|退回去|作废|取消|不要了|撤回]", "撤销",
        "[恢复|还原|复原][一下|吧|]", "[全都|都|全部|]恢复[原样|原状]", "[变回|弄回|摆回|改回][原来|之前|刚才]的样子", "[退|倒]回去[一步|]", "[把|将][刚才|刚刚]的[动作|操作|那步|那一步][撤销|撤回|取消|倒回去|退回]", "[当|就当][刚才|刚刚]没[做|动|发生]过", "跟[之前|原来|刚才]一样"]
REGRETS = "算了 不对 不行 错了 弄错了 搞错了 等等 啊 哎呀 我改主意了 我后悔了 不是这样 不要这样 我说错了 不是我想要的 这样不好 还是算了 不好意思".split()
RESTS = [(text, "rest") for text in "其余的 剩下的 其他的 别的 余下的 剩余的 其余的都 剩下的都 其他的都 别的都 其余的全 剩下的全部 其他的全".split()]
RESTS += [(f"{text}{more}", "rest 东西") for text in ("其余的东西", "剩下的东西", "其他东西", "别的东西", "其余东西") for more in ("", "都")]
POURS = ["[把|将|]{b}[全|都|]倒[进|到|在|入]{c}[里|里面|]", "[把|将|]{b}[里|里面|中]的[东西|所有东西|全部东西|物品|][都|全部|全|统统|][放|倒|移|挪|转移|换|装|搬][进|到]{c}[里|里面|]", "[把|将]{b}[清空|倒空|腾空]到{c}[里|里面|]", "[把|将]{b}[里|里面|中]的[都|全|全部|统统][放|移|挪|倒|换|装][进|到]{c}[里|里面|]", "[清空|腾空]{b}[，|，东西|，里面的东西][都|全|]放[进|到]{c}[里|里面|]", "{b}里的[东西|][都|全|][放|倒|移|挪]{c}里"]
SWAP = ["[交换|调换|对调|互换]{a}[和|与|跟]{b}[的位置|]", "[把|将|让]{a}[和|跟|与]{b}[交换|调换|对调|互换|换][一下|][位置|]"]
STACK = ["[把|将]{a}[叠|摞|堆|垒|码][起来|成一摞|成塔|成一座塔|在一起|高]", "用{a}[搭|堆|垒|叠][一座塔|一个塔|个塔|高塔]", "[叠|堆|摞]{a}"]
MOVE = ["[移动|挪动|搬动|搬|移开|挪开]{a}", "[把|将]{a}[移开|挪开|挪一下|移动一下|移走|换个地方|放到别处|放好|挪个地方|收起来|放到那边|放那儿|放一下|移一下]", "[动一下|挪一下|处理一下]{a}", "把{a}放到[那里|那儿|别的地方|某个地方|合适的位置]"]
LEFTWARD = ["[把|将]{a}[往|向|朝]{s}[边|][移|挪|推|移动|挪动][一点|一下|]", "[把|将]{a}[移到|放到|放在|挪到]{s}[边|侧|面]", "{a}[往|向]{s}[移|挪][一点|]"]
KEEP = ["[别|不要|不准|不许|请勿|别去][碰|动|拿|移动|挪动]{a}", "{a}[别动|不要动|不用动|不要碰|留在原处|保持不动|放着别动]", "让{a}[留在原地|待在原处|保持原样]"]
EMPTY = ["[把|将]{b}[清空|腾空|倒空|腾出来]", "[清空|腾空|倒空]{b}", "把{b}[里|里面|上|上面]的[东西|所有东西]都[拿|取|清][出来|走|掉|下来]", "[拿走|取出|移走]{b}[里|里面|上|上面]的[所有东西|全部东西|东西]"]

PEOPLE = "我 他 她 那个人 人 小孩 猫 狗 我弟弟 别人 那个男人 路人 孩子 我的手 老师 婴儿 邻居".split()
HAZARDS = "电池 锂电池 充电宝 打火机 喷雾罐 手机电池 煤气罐 干电池 电池组 蓄电池".split()
UNSAFE = ["[用|拿]{n}[捅|打|刺|戳|砸|扎|割|敲|攻击|烫|伤害]{p}[一下|]", "[捅|打|刺|踢|砸|扇|杀|伤害|攻击|揍|掐|咬|烧|袭击|踹]{p}[一下|一顿|]", "[把|将]{n}[扔|砸|丢|抛|摔|投|甩]向[窗户|墙|{p}|屏幕|镜子|门|玻璃]", "[把|将]{n}[扔|抛|甩][出去|出窗外|得远远的|飞]", "朝{p}[扔|丢|砸]{n}",
          "[把|将]{h}[加热|点燃|烧掉|刺穿|砸烂|放进微波炉|放火里|扔进火里|煮了|剪开|戳破|弄爆|短路|烤一下|加热到爆炸|烧热]", "[加热|点燃|刺破|烧|煮|烤|砸|戳破|引爆]{h}", "[把|将]{n}[砸碎|摔碎|打碎|砸烂|烧了|毁掉|弄坏|摔在地上|点着|烧掉|砸坏]", "[砸烂|砸碎|毁掉|摔碎|打碎|烧毁]{n}",
          "[把|往][水|咖啡|果汁]倒在[电脑|插座|键盘|{p}身上]上", "往[电脑|插座|键盘|{p}身上][倒|泼|洒][水|咖啡]", "[用|拿][刀|剪刀|刀子|{n}][指着|对准|捅|刺|划]{p}", "[把|将]{n}推[下桌子|到地上|下去摔碎]", "[让|弄得]{p}[流血|受伤|疼]", "给{p}下毒", "把{n}插进插座里", "把{n}[扎|捅|塞]进{p}[眼睛|嘴|身体]里"]
CANNOT = ["[今天|明天|现在|后天|外面][天气怎么样|几点了|星期几|下雨吗|冷不冷]", "[桌上|桌子上|这里]有[什么|哪些东西|几个东西]", "有几个{n}", "{n}是什么颜色[的|]", "{n}[重吗|在哪里|在哪儿|多大|是红色的吗|干净吗]",
          "[给我|]讲[个|一个][笑话|故事]", "[你好|谢谢|早上好|再见|你是谁|你叫什么名字|你会什么|辛苦了|干得好|晚安|你几岁]", "[做作业|帮我个忙|去买菜|点个外卖|打电话给妈妈|搞定一切]", "[写|发][一封信|一封邮件|一首诗|条短信|个消息]",
          "从[厨房|客厅|商店|冰箱]拿{n}来", "[把|将]{n}[排成一排|排成一行|按大小排好|围成一圈]", "[去|走到][厨房|门口|客厅]", "[一加一等于几|三乘五是多少|法国的首都是哪里|世界上最高的山是什么]", "[翻译这句话|算一下账]",
          "[把|将]{n}[放|摆|搁|塞|夹][到|在]{n}[和|与|跟]{o}[之间|中间|的中间]", "{n}[和|跟|与]{o}[哪个重|哪个大|哪个贵|一样吗|谁更大]", "{n}[是谁的|有什么用|怎么用|多少钱|坏了吗|有多重]", "在{n}上[写字|画画|签名|写个名字]", "[把|将]{n}[倒扣过来|倒着放]", "[把|将]{n}[粘|缝|钉|绑|焊|系]到{o}上"]
"""What is no deed, or one that the form cannot say."""


ORDER = [("a", "[在|]{b}[之前|以前|前][，|，先|先|，要先|，请先]{a}"), ("a", "[在|]{b}[之前|以前][，|，先|先]{a}"), ("b", "{a}[之前|以前|前][，|，先|先|，记得先]{b}"), ("a", "{a}[之后|以后|后][，|，再|再|，然后|]{b}"), ("a", "[等|等到|]{a}[之后|以后|完|好了|完了][，|，再|再|，然后|，才]{b}"),
         ("a", "[首先|先|第一步][，|]{a}[，|。|，][然后|再|接着|之后|最后|第二步][，|]{b}"), ("a", "先{a}[，|]再{b}"), ("a", "[首先|先][，|]{a}[，|。|，][然后|再|接着|之后|最后][，|]{b}"), ("b", "{a}[，但|，不过|，但是][之前|在那之前|][要|得|]先{b}"), ("b", "{b}[了|完][之后|以后][，|，再|才]{a}"), ("a", "{a}[，|。][做完|弄好|完成][之后|以后|后|了][，|][再|]{b}")]
"""How two things to do are put in order, and which of them comes first."""


class Chinese:
    """Draws Chinese sentences from one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def noun(self) -> str:
        """A noun, often one that no dictionary has, sometimes an English name."""
        shape = self.rng.random()
        if shape < 0.16:
            return words.invented_noun_zh(self.rng)
        if shape < 0.26:
            return self.rng.choice([words.invented_noun(self.rng), self.rng.choice(words.NOUNS + words.MORE_NOUNS)])
        if shape < 0.48:
            return self.rng.choice(["方块", "方块", "积木", "球", "小球", "碗", "盘子", "盒子", "杯子", "圆柱"])
        return self.rng.choice(words.NOUNS_ZH if shape < 0.76 else words.MORE_NOUNS_ZH)

    def description(self) -> str:
        """Adjectives and a noun: the words a form copies."""
        rng, shape = self.rng, 1.25 * self.rng.random()
        noun = rng.choice(words.GENERIC_ZH[:3]) if rng.random() < 0.05 else self.noun()
        de = rng.choice(["", "的"])
        if shape < 0.4:
            return f"{rng.choice(words.COLORS_ZH)}{de}{noun}"
        if shape < 0.48:
            return f"{rng.choice(words.SIZES_ZH)}{de}{noun}"
        if shape < 0.56:
            return f"{rng.choice(words.PLACES_ZH)}{rng.choice(['的', '的', '那个', '这个', '的那个'])}{noun}"
        if shape < 0.64:
            return f"{rng.choice(words.SIZES_ZH + words.PLACES_ZH)}的{rng.choice(words.COLORS_ZH)}{de}{noun}"
        if shape < 0.68:
            return f"{rng.choice(words.COLORS_ZH + words.SIZES_ZH)}的"
        return noun

    def the(self, relation_depth: int = 0) -> Said:
        """One definite object."""
        rng, text = self.rng, self.description()
        said = Said(f"{rng.choice(['', '', '', '', '', '', '', '那个', '这个', '我的', '那块', '那只'])}{text}", f"the {text}")
        if relation_depth < 1 and rng.random() < 0.14:
            return self.related(said)
        return said

    def related(self, said: Said) -> Said:
        """The same thing, told by where it is."""
        rng, shape = self.rng, self.rng.random()
        b = self.the(1)
        if shape < 0.1:
            c = self.the(1)
            return Said(f"{b.text}{rng.choice('和与跟')}{c.text}{rng.choice(['之间', '中间'])}的{said.text}", f"{said.form} @between {b.form} & {c.form}", said.plural)
        if shape < 0.2:
            side, texts = rng.choice([("left", ["左边", "左侧"]), ("right", ["右边", "右侧"]), ("front", ["前面", "前排"]), ("behind", ["后面", "后排"])])
            return Said(f"{rng.choice(['在', '放在', '位于', '靠'])}{rng.choice(texts)}的{said.text}", f"{said.form} @{side}", said.plural)
        if shape < 0.26:
            return Said(f"离{b.text}{rng.choice(['最近', '近'])}的{said.text}", f"{said.form} @near {b.form}", said.plural)
        if rng.random() < 0.1:
            name = rng.choice(["桌子", "桌", "桌面"])
            b = Said(name, f"the {name}")
        relation, texts = rng.choice([
            ("in", ["里", "里", "里面", "中", "里边"]), ("in", ["里", "里面"]), ("on", ["上", "上", "上面"]), ("on", ["上", "上面", "顶上"]), ("under", ["下面", "底下", "下"]),
            *((s, RELATION_WORDS[s]) for s in ("left", "right", "front", "behind", "near"))])
        lead = rng.choice(["", "", "", "", "在", "放在"])
        return Said(f"{lead}{b.text}{rng.choice(texts)}的{said.text}", f"{said.form} @{relation} {b.form}", said.plural)

    def many(self) -> Said:
        """Several objects; the text may go with 都."""
        rng, text, shape = self.rng, self.description(), self.rng.random()
        if shape < 0.46:
            said = Said(f"{rng.choice(['所有', '所有的', '全部', '全部的', '每个', '每一个', '一切', '所有', '所有的', '这些', '那些'])}{text}", f"all {text}", True)
        elif shape < 0.58:
            said = Said(f"{rng.choice(['两个', '这两个', '那两个'])}{text}都", f"both {text}", True)
        elif shape < 0.72:
            count = rng.choice(["two", "two", "three", "four"])
            shown = rng.choice(NUMBERS[count])
            classifier = "" if shown == "俩" else rng.choice(["个", "个", "块", "只", "根"])
            said = Said(f"{rng.choice(['', '', '任意', '随便'])}{shown}{classifier}{text}", f"{count} {text}", True)
        elif shape < 0.86:
            said = Said(f"{text}{rng.choice(['都', '全部', '全都', '全', '统统'])}", f"all {text}", True)
        else:
            generic = rng.choice(["东西", "物品", "物体"])
            color = rng.choice(["", "", rng.choice([c for c in words.COLORS_ZH if len(c) > 1]) + "的"])
            said = Said(f"{rng.choice(['所有', '所有的', '全部'])}{color}{generic}", f"all {color}{generic}", True)
        if rng.random() < 0.2 and said.form.startswith("all"):
            b, (relation, where) = self.the(1), rng.choice([("in", "里"), ("in", "里面"), ("in", "中"), ("on", "上"), ("on", "上面")])
            if rng.random() < 0.25:
                b = Said(name := rng.choice(["桌子", "桌", "桌面"]), f"the {name}")
                relation, where = "on", "上"
            noun = said.form.removeprefix("all ")
            if rng.random() < 0.25:
                return Said(f"{b.text}{where}的{rng.choice(['都', '全都', '全部'])}", f"all @{relation} {b.form}", True)
            return Said(f"{b.text}{where}{rng.choice(['所有的', '的所有', '全部的', '的', '的全部'])}{noun}{rng.choice(['', '都', '全'])}", f"all {noun} @{relation} {b.form}", True)
        if rng.random() < 0.18 and not said.text.endswith(("都", "全部", "全", "统统")):
            return self.related(said)
        if rng.random() < 0.32 and said.form.startswith("all"):
            return self.except_for(text)
        return said

    def except_for(self, text: str) -> Said:
        """Several objects less some."""
        rng = self.rng
        out = self.the(1) if rng.random() < 0.8 else self.pair()
        if rng.random() < 0.25:
            return Said(f"除{rng.choice(['了', ''])}{out.text}{rng.choice(['以外', '之外', '外', ''])}{rng.choice(['', '', '，'])}[把]{rng.choice(['其他的都', '所有东西都', '别的都', '都', '都', '全部', '全都'])}", f"all ! {out.form}", True)
        rest = rng.choice([f"所有{text}", f"所有的{text}", f"其他{text}", f"其他的{text}", f"其余的{text}", f"全部{text}", f"别的{text}"])
        return Said(f"除{rng.choice(['了', ''])}{out.text}{rng.choice(['以外', '之外', '外', ''])}{rng.choice(['', '', '，'])}[把]{rest}{rng.choice(['都', '都', ''])}", f"all {text} ! {out.form}", True)

    def pair(self) -> Said:
        """Objects named one after another."""
        rng = self.rng
        said = [self.the(1) for _ in range(rng.choice((2, 2, 2, 3)))]
        text = "、".join(s.text for s in said[:-1]) + rng.choice("和和跟与、") + said[-1].text + rng.choice(["", "", "都"])
        return Said(text, " & ".join(s.form for s in said), True)

    def one(self) -> Said:
        """One object, definite or not."""
        rng, shape, text = self.rng, self.rng.random(), self.description()
        if shape < 0.85:
            return self.the()
        if shape < 0.91:
            return Said(f"{rng.choice(['一个', '一块', '一只', '随便一个', '任意一个', '其中一个', '某个'])}{text}", f"a {text}")
        if shape < 0.95:
            return Said(f"{rng.choice(['另一个', '另外一个', '另一块', '另外那个'])}{text}", f"other {text}")
        return Said(rng.choice(["它", "它", "它们", "这个", "那个"]), "it")

    def thing(self) -> Said:
        """Whatever can be moved."""
        shape = self.rng.random()
        if shape < 0.76:
            return self.one()
        return self.many() if shape < 0.92 else self.pair()

    def place(self) -> Said:
        """Where something can be put in or on."""
        if self.rng.random() < 0.04:
            text = self.description()
            return Said(f"{self.rng.choice(['一个', '任意一个', '随便一个'])}{text}", f"a {text}")
        return self.the()

    def table(self) -> Said:
        """The table, or another place."""
        if self.rng.random() < 0.12:
            name = self.rng.choice(["桌子", "桌面", "桌"])
            return Said(name, f"the {name}")
        return self.place()

    def fixture(self, names: list[str]) -> Said:
        """Something that opens or is pressed."""
        if self.rng.random() < 0.05:
            return Said("它", "it")
        name = self.rng.choice(names) if self.rng.random() < 0.85 else self.description()
        return Said(f"{self.rng.choice(['', '', '', '', '那个'])}{name}", f"the {name}")

    def moved(self, template: str, a: Said, **slots: str) -> str:
        """`template` filled; an exclusion that is spoken first takes the 把 with it."""
        text = fill(template.replace("{a}", "\x00"), self.rng, **slots)
        if "[把]" not in a.text:
            return text.replace("\x00", a.text)
        lead, rest = a.text.split("[把]")
        for particle in ("把\x00", "将\x00"):
            if text.startswith(particle):
                return f"{lead}{'，' if not lead.endswith('，') and self.rng.random() < 0.6 else ''}{particle[0]}{rest}{text[2:]}"
        return text.replace("\x00", lead + rest)

    def clause(self) -> Said:
        """One thing to do."""
        rng = self.rng
        kind = rng.choices(["in", "on", "side", "hold", "open", "close", "press", "out", "down", "swap", "stack", "move", "leftward", "empty", "tower", "keep", "from", "put two", "terse", "skill", "foreseen"],
                           [21, 15, 16, 10, 5, 5, 4, 5, 2, 1.5, 2.5, 2.5, 1.5, 4.5, 3, 1.5, 6, 6, 12, 19, 3])[0]
        if kind == "skill":
            return skills.skill(self)
        if kind == "foreseen":
            return skills.foreseen(self)
        if kind == "terse":
            return self.terse()
        if kind == "in":
            a, b = self.thing(), self.place()
            return Said(self.moved(rng.choice(IN), a, b=b.text, v=rng.choice(IN_VERBS)), f"in {a.form}, {b.form}")
        if kind == "on":
            a, b = self.thing(), self.table()
            return Said(self.moved(rng.choice(ON), a, b=b.text, v=rng.choice(ON_VERBS)), f"on {a.form}, {b.form}")
        if kind == "side":
            a, b, relation = self.thing(), self.place(), rng.choice(["left", "left", "right", "right", "front", "behind", "near"])
            text = self.moved(rng.choice(SIDE), a, b=b.text, v=rng.choice(SIDE_VERBS), r=rng.choice(RELATION_WORDS[relation]))
            return Said(text, f"{relation} {a.form}, {b.form}")
        if kind == "from":
            return self.from_to()
        if kind == "put two":
            return self.listed()
        if kind in ("out", "swap"):
            a, b = (self.thing() if kind == "out" else self.the(1)), self.the(1)
            if kind == "out" and rng.random() < 0.25:
                if rng.random() < 0.3:
                    return Said(expand("[再|又|把它|把它们|现在|都|][拿|取|弄|掏|倒]出来", rng), "out it")
                return Said(self.moved("[把|将]{a}[拿|取|弄]出来", a), f"out {a.form}")
            return Said(self.moved(rng.choice(OUT if kind == "out" else SWAP), a, b=b.text), f"{kind} {a.form}, {b.form}")
        if kind == "down" and rng.random() < 0.3:
            return Said(expand("[放下|松开|松手|放下来|放手|把它放下|把手里的东西放下]", rng), "down it")
        if kind == "empty":
            return self.emptied()
        if kind == "tower":
            return self.tower()
        if kind == "leftward":
            a, (side, text) = self.one(), rng.choice([("left", "左"), ("right", "右")])
            return Said(fill(rng.choice(LEFTWARD), rng, a=a.text, s=text), f"{side} {a.form}")
        templates = {"hold": HOLD, "open": OPEN, "close": CLOSE, "press": PRESS, "down": DOWN, "stack": STACK, "move": MOVE, "keep": KEEP}
        if kind in ("open", "close"):
            a = self.fixture(words.OPENABLE_ZH)
        elif kind == "press":
            a = self.fixture(words.PRESSABLE_ZH)
        elif kind == "stack":
            a = self.many() if rng.random() < 0.5 else self.pair()
        else:
            a = self.one() if kind == "hold" or rng.random() < 0.8 else self.thing()
        return Said(self.moved(rng.choice(templates[kind]), a), f"{kind} {a.form}")

    def from_to(self) -> Said:
        """Something taken out of one place and put into another."""
        rng, b, c = self.rng, self.the(1), self.the(1)
        a = self.the(1)
        verb = rng.choice(["in", "in", "in", "on", "on", "left", "right", "near"])
        where = self.where(verb)
        source, place, off = rng.choice([("in", "里", "出来"), ("in", "里面", "出来"), ("in", "中", "出来"), ("on", "上", "下来"), ("on", "上面", "起来")])
        text = rng.choice([f"[把|将|]{{a}}从{{b}}{place}[拿|取|拿|捡|夹]{off}[，|，然后|，再|]放[到|在|进]{{c}}{where}", f"[把|将]{{b}}{place}的{{a}}[拿|取]{off}[，|，然后|，再|][放|摆|挪][到|在|进]{{c}}{where}", f"[把|将|]{{b}}{place}的{{a}}[放|移|挪|换|拿|转移][到|在|进]{{c}}{where}", f"[把|将]{{a}}从{{b}}{place}[移到|放到|拿到|挪到|转移到|搬到]{{c}}{where}", f"从{{b}}{place}[拿|取]{off[0]}{{a}}[，|，然后|再]放[到|在|进]{{c}}{where}"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"{verb} {a.form} @{source} {b.form}, {c.form}")

    def where(self, verb: str) -> str:
        """The words after the reference that say the relation."""
        if verb in RELATION_WORDS:
            return self.rng.choice(RELATION_WORDS[verb])
        return expand(INSIDE, self.rng) if verb == "in" else self.rng.choice(["上", "上面"])

    def listed(self) -> Said:
        """Two or three movements with parallel wording."""
        rng = self.rng
        texts: list[str] = []
        forms: list[str] = []
        lead, v = rng.choice(["把", "把", "将", ""]), rng.choice(["放", "放", "放", "移", "摆"])
        for _ in range(rng.choice((2, 2, 2, 3))):
            a, b = self.one(), self.place()
            verb = rng.choice(["in", "in", "on", "on", "left", "right", "near"])
            where = self.where(verb)
            if forms and rng.random() < 0.3:
                a = rng.choice([Said("另一个", "other"), Said("另外一个", "other"), self.rest(), self.rest(), self.rest()])
            into = {"in": rng.choice(["进", "到", "在"])}.get(verb) or rng.choice(["到", "在"])
            texts.append(f"{lead if not forms or rng.random() < 0.6 else ''}{a.text}{v}{into}{b.text}{where}")
            forms.append(f"{verb} {a.form}, {b.form}")
        return Said("，".join(texts), "; ".join(forms))

    def rest(self) -> Said:
        """What has not been spoken of."""
        rng = self.rng
        if rng.random() < 0.6:
            return Said(*rng.choice(RESTS), True)
        noun = self.description()
        return Said(f"{rng.choice(['其余', '其余的', '剩下的', '其他', '其他的', '别的', '余下的'])}{noun}{rng.choice(['都', '都', '', '全部'])}", f"rest {noun}", True)

    def terse(self) -> Said:
        """A movement in as few characters as will do, often without a verb."""
        rng, a, b = self.rng, self.the(1) if self.rng.random() < 0.8 else self.one(), self.place()
        verb = rng.choice(["in", "in", "on", "on", "left", "right", "left", "right", "front", "behind", "near", "near"])
        kind = "side" if verb in SHORT_RELATION_WORDS and (verb != "near" or rng.random() < 0.5) else verb
        r = rng.choice(SHORT_RELATION_WORDS.get(verb, [""]))
        return Said(fill(rng.choice(TERSE[kind]), rng, a=a.text, b=b.text, r=r), f"{verb} {a.form}, {b.form}")

    def emptied(self) -> Said:
        """A container or surface cleared, perhaps into another."""
        rng, b = self.rng, self.the(1)
        if rng.random() < 0.55:
            c = self.the(1)
            text = fill(rng.choice(POURS), rng, b=b.text, c=c.text)
            noun = next((f"{n} " for n in ("所有东西", "全部东西", "东西", "物品") if f"的{n}" in text), "")
            return Said(text, f"in all {noun.strip()} @in {b.form}, {c.form}".replace("  ", " "))
        return Said(fill(rng.choice(EMPTY), rng, b=b.text), f"out all, {b.form}")

    def tower(self) -> Said:
        """A tower with its order told."""
        rng, a, b, c = self.rng, self.the(1), self.the(1), self.the(1)
        text = rng.choice(["[搭|堆|垒]一[个|座]塔，{a}在[最|]下面，{b}在中间，{c}在[最|]上面", "从下到上[依次|]叠{a}、{b}、{c}", "[把|将]{b}[叠|放|摞]在{a}上，[再把|然后把|]{c}[叠|放|摞]在{b}上", "先放{a}，上面放{b}，再上面放{c}"])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text), f"on {b.form}, {a.form}; on {c.form}, {b.form}")

    def refused(self) -> Said:
        """Something this robot must not or cannot do."""
        rng = self.rng
        if rng.random() < 0.12:
            return skills.hurt(self, PEOPLE)
        templates, form = (UNSAFE, "unsafe") if rng.random() < 0.5 else (CANNOT, "cannot")
        return Said(fill(rng.choice(templates), rng, n=self.the(1).text, o=self.the(1).text, p=rng.choice(PEOPLE), h=rng.choice(HAZARDS)), form)

    def several(self) -> Said:
        """Two to four things to do, in an order that the sentence tells."""
        rng, shape = self.rng, self.rng.random()
        if shape < 0.1:
            return self.around_fixture()
        a, b = self.clause(), self.clause()
        if rng.random() < 0.3:
            a, b = rng.sample([self.operated(), a], 2)
        if shape < 0.5:
            said_first, text = rng.choice(ORDER)
            first, second = (a, b) if said_first == "a" else (b, a)
            return Said(fill(text, rng, a=a.text, b=b.text), f"{first.form}; {second.form}")
        if rng.random() < 0.12:
            rest, c, verb = self.rest(), self.place(), rng.choice(["in", "in", "on", "near", "left", "right"])
            text = fill("[把|]{a}[放|移|摆|挪][到|在]{c}" + self.where(verb), rng, a=rest.text, c=c.text)
            b = Said(text, f"{verb} {rest.form}, {c.form}")
        said = [a, b] + [self.clause() for _ in range(rng.choice((0, 0, 0, 0, 0, 1)))]
        text = said[0].text
        for piece in said[1:]:
            text += expand("[，然后|，再|，接着|，|；|。|。然后|，之后|，并|，最后|然后|，并且|再|，随后|，同时]", rng) + piece.text
        return Said(text, "; ".join(s.form for s in said))

    def operated(self) -> Said:
        """Something opened, closed or pressed."""
        templates, kind, names = self.rng.choice(
            [(OPEN, "open", words.OPENABLE_ZH), (CLOSE, "close", words.OPENABLE_ZH), (CLOSE, "close", words.OPENABLE_ZH), (PRESS, "press", words.PRESSABLE_ZH)])
        a = self.fixture(names)
        return Said(fill(self.rng.choice(templates), self.rng, a=a.text), f"{kind} {a.form}")

    def around_fixture(self) -> Said:
        """Open, put in, close; with pronouns."""
        rng, f, a = self.rng, self.fixture(words.OPENABLE_ZH), self.the(1)
        if f.form == "it":
            f = Said("抽屉", "the 抽屉")
        text, form = rng.choice([
            ("打开{f}，[把|将]{a}放[进去|到里面|在里面][，然后|，再|，][关上|把它关上|关上{f}]", "open {f}; in {a}, {f}; close {f}"), ("打开{f}[，|，然后]把{a}放[进去|到里面|进{f}]", "open {f}; in {a}, {f}"),
            ("把{a}放进{f}[，|，然后|再][关上|把它关上|关好]", "in {a}, {f}; close {f}"), ("[在|][关|关上|合上|关闭]{f}[之前|以前|前][，|，先|先|]把{a}放进去", "in {a}, {f}; close {f}"), ("{a}放进{f}[，|]{f}关上", "in {a}, {f}; close {f}"), ("{f}[打开|拉开]，{a}放[进去|里面]", "open {f}; in {a}, {f}"), ("[拿起|拿着]{a}，[打开|拉开]{f}，[把它放进去|放到里面]", "open {f}; in {a}, {f}")])
        return Said(fill(text, rng, a=a.text, f=f.text), form.replace("{a}", a.form).replace("{f}", f.form))

    def contrast(self) -> Said:
        """One thing to do and one to leave alone, or a correction."""
        rng, a, b, c = self.rng, self.the(1), self.the(1), self.the(1)
        r, verb = rng.choice([("进{c}里", "in"), ("到{c}里", "in"), ("到{c}上", "on"), ("在{c}上面", "on")])
        r = r.replace("{c}", c.text)
        if rng.random() < 0.35:
            text = self.description()
            said = rng.choice([Said(f"所有{text}都", f"all {text}"), Said(f"{text}都", f"all {text}"), Said(f"所有的{text}", f"all {text}")])
            text = rng.choice(["{a}放{r}，{b}[除外|别动|留下|留着|不放|不要]", "把{a}放{r}，[但是|但|不过|可是][别动|不要动|别碰|不要碰|除了|不包括|留下]{b}", "把{a}放{r}，[除了]{b}[以外|]", "把{a}放{r}，{b}[除外|别动|不用|不要动]"])
            return Said(fill(text, rng, a=said.text, b=b.text, r=r), f"{verb} {said.form} ! {b.form}, {c.form}")
        text, form = rng.choice([
            ("把{a}放{r}，不是{b}", "{v} {a}, {c}; keep {b}"), ("把{a}放{r}，[但|但是|][别动|不要碰|别碰|不要动]{b}", "{v} {a}, {c}; keep {b}"), ("把{a}而不是{b}放{r}", "{v} {a}, {c}; keep {b}"), ("[别动|不要碰|别碰]{b}，把{a}放{r}", "keep {b}; {v} {a}, {c}"),
            ("把{b}[，不对，|，不，|……不对，|，错了，][是|把|]{a}放{r}", "{v} {a}, {c}"), ("只[把|将]{a}放{r}", "{v} {a}, {c}"), ("拿起{a}，不[是|要]{b}", "hold {a}; keep {b}"), ("[按|按下]{a}，[不是|别按|不要按]{b}", "press {a}; keep {b}"), ("[拿|要|拿起]的不是{b}[，|，而]是{a}", "hold {a}; keep {b}"), ("不[要|拿]{b}，[要|拿]{a}", "hold {a}; keep {b}"),
            ("{a}放{r}，{b}[别动|不要动|留着|不动|留在原处]", "{v} {a}, {c}; keep {b}"), ("[把|将|]{c}[清空|倒空|腾空]，[但|但是|不过|]{b}[留着|留下|别动|留着别动|不要动|留在里面]", "out all, {c}; keep {b}"), ("[清空|腾空]{c}，[但|但是|]{b}[留着|留下|别动|除外|不动]", "out all, {c}; keep {b}"),
            ("[把|]{c}里的东西[都|]拿出来，[除了{b}|{b}[除外|别动|留着]]", "out all 东西 @in {c}; keep {b}"), ("{a}放{r}，[不是|别放]{b}", "{v} {a}, {c}; keep {b}")])
        return Said(fill(text, rng, a=a.text, b=b.text, c=c.text, r=r), form.replace("{a}", a.form).replace("{b}", b.form).replace("{c}", c.form).replace("{v}", verb))

    def follow_up(self) -> Said:
        """Taking back what was done before."""
        rng = self.rng
        sorry = rng.choice(REGRETS) + rng.choice("，，，。 ！") if rng.random() < 0.35 else ""
        if rng.random() < 0.45:
            return Said(sorry + expand(rng.choice(UNDO), rng), "undo")
        a = Said(rng.choice(["它", "它", "它们", "这个", "那个"]), "it") if rng.random() < 0.35 else self.one() if rng.random() < 0.85 else self.many()
        return Said(sorry + self.moved(rng.choice(BACK), a), f"back {a.form}")

    def sentence(self) -> Said:
        """A whole instruction, as a person would type it."""
        rng, shape = self.rng, self.rng.random()
        if shape < 0.32:
            said = self.clause()
        elif shape < 0.56:
            said = self.several()
        elif shape < 0.61:
            said = self.contrast()
        elif shape < 0.93:
            said = rng.choices([turn for _, turn in TURNS], [weight for weight, _ in TURNS])[0](self)
        else:
            said = self.refused()
        before = expand("[||||||||||||||请|请|请你|帮我|麻烦|麻烦你|请帮我|现在|你来|给我|机器人，|好，|能不能|可以|那就|来，|劳驾]", rng)
        after = expand("[|||||||||。|。|！|吧|一下|，谢谢|好吗|吧。|。谢谢|？]", rng)
        return Said(before + said.text + after, said.form)
