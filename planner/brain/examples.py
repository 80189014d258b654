"""How the goal form is explained to a model that was not trained on it."""

from __future__ import annotations

RULES = """Rewrite an instruction to a robot arm as a goal form, on one line:
clause; clause; ... in the order in which they are to be done.
A clause is a verb with one or two noun phrases:
in A, B | on A, B | near A, B | left A, B | right A, B | front A, B | behind A, B | out A, B | swap A, B |
hold A | open A | close A | press A | down A | stack A | move A (no place told) | keep A (leave alone) |
back A (put back)
or do V, do V A or do V A, B for any other verb V, which is copied from the instruction too;
or, alone: unsafe (it would hurt or break something) | cannot (it is a question or talk, nothing to do) | undo.
A noun phrase is the | a | all | both | two | three | other | rest | it, then words copied from the instruction exactly
as they stand there, then perhaps @left @right @front @behind, or @in @on @under @near @left @right the X, or
@between the X & the Y. `&` joins noun phrases, `!` excludes some. `it` takes no words."""

EXAMPLES = (
    ("Would you lay the spanner in the crate?", "in the spanner, the crate"),
    ("stack the grey brick on the pink one and press the bell", "on the grey brick, the pink one; press the bell"),
    ("before you shut the locker, put both marbles in it", "in both marbles, the locker; close the locker"),
    ("all the pens except the red one go on the tray", "on all pens ! the red one, the tray"),
    ("take the egg out of the pot", "out the egg, the pot"),
    ("grab the lid and the cap, the jar on the left is where they go", "in the lid & the cap, the jar @left"),
    ("pick up the key that is between the lamp and the book", "hold the key @between the lamp & the book"),
    ("everything on the shelf goes into the sack, leave the radio", "in all @on the shelf, the sack; keep the radio"),
    ("move the hat", "move the hat"),
    ("place it to the right of the clock", "right it, the clock"),
    ("hit the man with the lamp", "unsafe"),
    ("boil the egg", "do boil the egg"),
    ("how old are you?", "cannot"),
    ("把扣子放进铁罐，再把门关上", "in the 扣子, the 铁罐; close the 门"),
    ("把袋子里的东西全部摆到架子上", "on all 东西 @in the 袋子, the 架子"),
    ("除了白色的以外，杯盖都放到篮子左边", "left all 杯盖 ! the 白色的, the 篮子"),
    ("拿起最大的贝壳", "hold the 最大的贝壳"),
    ("开灯之前先把两个瓶塞放进柜子", "in both 瓶塞, the 柜子; press the 灯"),
    ("把梳子洗一洗", "do 洗 the 梳子"),
)
"""Instructions and their forms. None is a test item."""
