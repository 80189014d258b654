"""Chinese sentences that ask for what has no verb in the goal form, so that the verb is copied."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pontine.planner.tuning import vocabulary as words
from pontine.planner.tuning.templates import Said, fill

if TYPE_CHECKING:
    from pontine.planner.tuning.corpus_chinese import Chinese

VERBS = """切 洗 擦 煮 炒 修 剥 撕 称 搅 缝 磨 扫 拖 涂 画 抹 揉 搓 拍 捶 扯 拽 拧 转 摇 晃 抖 甩 滚 卷 折 压 戳 碰 摸 舔 尝 闻 吹 弹 拨 挠 挤 拌 筛 捞 舀 泡 蘸 喷 浇 烫 烤 蒸 炖 腌 冻 晒 晾 烘 熨 绣 织 编 刻 雕 锯 钻 焊 铆 量 数 拍照 扫描 检查 观察 测试 校准
旋转 转动 翻转 摇晃 晃动 抖动 搅拌 清洗 清理 清洁 打磨 抛光 修理 修剪 折叠 展开 摊开 铺平 抚平 压平 拉直 拉长 掰弯 拧紧 拧松 拧开 松一松 系上 系紧 解开 绑住 缠住 包起来 包好 裹住 盖章 贴标签 上色 涂色 涂黑 染红 上油 打蜡 充电 加热 冷却 消毒 除尘 打气 放气 搓圆 揉圆 捏圆
切片 切丝 切碎 切开 切块 洗干净 擦亮 擦一擦 扫干净 刷干净 冲洗 冲干净 吹干 晾干 烘干 拍平 拍松 敲打 轻敲 抚摸 触摸 触碰 指着 指向 伸向 看着 盯着 描述 比较 分类 归类 排序 排列 对齐 摆正 扶正 扶起来 竖起来 立起 横过来 倒过来 翻过来 转过来 转个圈 转一圈 转半圈 弹一下 播放 录下来 记下来 描一遍 标记 编号 打包 拆开 拆掉 组装 拼好 拼起来 搭配 摇匀 拌匀 和匀 滤干 榨干 磨碎 碾碎 捣碎 剁碎 剥开 剥皮 掰开 撕开 剪开 剪短 裁剪 缝好 补好 粘好 钉牢 固定住 锁上 解锁 调高 调低 调亮 调准""".split()
COMPLEMENTS = "干净 平 直 弯 热 亮 紧 松 圆 齐 歪 正 散 断 软 湿 干 尖 薄 满 起来 过来 开来 一遍 好 掉 匀 透 顺 光 整齐 平整 出声".split()
OBJECTS = "水 油 漆 气 皮 毛 电 色 粉 盐 糖 蜡 膜 线 字 图 号 边 圈 光 味 胶".split()
ALONE = """回家 回原位 回到原位 归零 回零 待命 休息 休息一下 跳舞 唱歌 鞠躬示意 点头 摇头 招手 转圈 伸懒腰 睡觉 起立 立正 稍息 站好 站直 过来 走开 后退 退后 让开 收工 关机 开机 重启 热身 打招呼 敬礼 鼓掌 拍手 做操 翻跟头 打滚 自检 校准自己 整理房间 扫地 拖地 洗碗 做饭 收拾一下 打扫 回到初始位置 回初始位 缩回去 收起手臂 举起手臂""".split()
LIQUIDS = "水 牛奶 咖啡 茶 果汁 油 醋 酱油 热水 沙子 米 糖 盐".split()
DEVICES = "灯 电视 音乐 空调 电脑 收音机".split()


def invented_verb(rng: random.Random) -> str:
    """One or two characters that make no verb, often with a complement as verbs have."""
    one = words.invented_noun_zh(rng)[:1] if rng.random() < 0.5 else rng.choice([v for v in VERBS if len(v) == 1])
    shape = rng.random()
    if shape < 0.4:
        return one + rng.choice(COMPLEMENTS)
    if shape < 0.6:
        return one + words.invented_noun_zh(rng)[:1]
    if shape < 0.75:
        return one + rng.choice(OBJECTS)
    if shape < 0.85:
        return one + words.invented_noun_zh(rng)[:1] + rng.choice(COMPLEMENTS)
    return one


def verb(rng: random.Random) -> str:
    return invented_verb(rng) if rng.random() < 0.6 else rng.choice(VERBS)


def skill(s: Chinese) -> Said:
    """One thing to do that the goal form has no verb for."""
    rng, shape, v = s.rng, s.rng.random(), verb(s.rng)
    if shape < 0.09:
        text = rng.choice(ALONE) if rng.random() < 0.7 else v
        return Said(text + rng.choice(["", "", "", "吧", "一下" if len(text) < 3 else ""]), f"do {text}")
    if shape < 0.17:
        b, liquid = s.the(1), rng.choice(LIQUIDS)
        text, form = rng.choice([
            ("[往|给|向]{b}[里|里面|]倒[点|一点|些|]{l}", "do 倒 the {l}, {b}"), ("[往|向]{b}[里|里面|]加[点|一点|些|]{l}", "do 加 the {l}, {b}"), ("[往|向]{b}[上|里]洒[点|一点|些|]{l}", "do 洒 the {l}, {b}"), ("给{b}浇[点|]水", "do 浇 the 水, {b}"), ("倒一杯{l}", "do 倒 a {l}"), ("泡一杯{l}", "do 泡 a {l}"),
            ("打开{d}", "do 打开 the {d}"), ("关掉{d}", "do 关掉 the {d}"), ("给{b}充电", "do 充电 {b}"), ("给{b}拍照", "do 拍照 {b}"), ("给{b}上[点|]色", "do 上色 {b}"), ("把{b}切成[两半|片|块]", "do 切成 {b}"), ("把{b}折[三|两]折", "do 折 {b}")])
        d = rng.choice(DEVICES)
        return Said(fill(text, rng, b=b.text, l=liquid, d=d), fill(form, rng, b=b.form, l=liquid, d=d))
    if shape < 0.36:
        a, b = s.the(1), s.the(1)
        text = rng.choice(["[用|拿]{b}{v}{a}", "[用|拿]{b}[把|将]{a}{v}", "[用|拿]{b}[来|去]{v}{a}", "[用|拿]{b}{v}一下{a}", "[往|朝|向|对着]{b}[上|]{v}{a}", "[围着|沿着|绕着|贴着]{b}{v}{a}", "给{b}{v}上{a}", "拿{b}给{a}{v}一下"])
        return Said(fill(text, rng, a=a.text, b=b.text, v=v), f"do {v} {a.form}, {b.form}")
    a = s.thing() if rng.random() < 0.5 else s.the()
    one = v[0]
    text = rng.choice(["{v}{a}", "{v}{a}", "{v}{a}", "[把|将]{a}{v}", "[把|将]{a}{v}", "[把|将]{a}{v}", "[把|将]{a}{v}一下", "{v}一下{a}", "{v}一下{a}", "给{a}{v}", "给{a}{v}一下", "{a}{v}", "{a}[要|得|需要]{v}", "[让|使]{a}{v}", "[我要|我想]{v}{a}", "[去|来]{v}{a}", "再{v}一次{a}", "[轻轻|慢慢|小心]{v}{a}", "[把|将]{a}[轻轻|慢慢|小心地]{v}", "[把|将]{a}{1}一{1}", "{1}一{1}{a}", "{1}{1}{a}", "[把|将]{a}{v}[吧|了]"])
    said = one if "{1}" in text else v
    return Said(s.moved(text.replace("{1}", one), a, v=v), f"do {said} {a.form}")


def foreseen(s: Chinese) -> Said:
    """A made-up verb with a place to put something: that is a movement, whatever the verb."""
    rng, a, b = s.rng, s.thing(), s.place()
    v = words.invented_noun_zh(rng)[:1] if rng.random() < 0.6 else words.invented_noun_zh(rng)[:2]
    kind, where = rng.choice([("in", "[进|到]{b}[里|里面]"), ("in", "[进|到]{b}里"), ("in", "进{b}"), ("on", "[到|在]{b}[上|上面]"), ("near", "到{b}[旁边|边上]"), ("left", "到{b}左边"), ("right", "到{b}右边")])
    return Said(s.moved("[把|将]{a}" + v + where, a, b=b.text), f"{kind} {a.form}, {b.form}")


def hurt(s: Chinese, people: list[str]) -> Said:
    """A made-up verb done to somebody is refused as harm is."""
    return Said(fill("用{n}{v}{p}[一下|]", s.rng, n=s.the(1).text, v=verb(s.rng), p=s.rng.choice(people)), "unsafe")
