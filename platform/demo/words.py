"""Words of which the story's titles, places and summaries are put together. All of it is invented."""

from __future__ import annotations

from random import Random

PLACES = (
    "东坪社区", "梅城村", "沙河街道", "南洲镇", "桃花社区", "田庄乡", "石龙社区", "云台村", "河西社区", "青山村", "江口镇",
    "柳溪社区", "长堤街道", "新桥村", "向阳社区", "金盆镇",
)  # fmt: skip
TOPICS = (
    "老旧小区加装电梯", "乡村医生待遇", "中小学课后服务", "农产品冷链", "河道清淤", "残疾人就业", "社区养老食堂", "村道照明",
    "小微企业用工", "非遗传习所", "校园周边交通", "垃圾分类站点", "山区饮水管网", "茶园病虫害防治", "留守儿童陪护", "夜间公交",
    "电动车充电棚", "图书室开放时间", "职业技能培训", "文物保护标识", "快递进村", "公共厕所改造", "托育机构收费", "旱季抗旱用水",
)  # fmt: skip
SAID = (
    "群众希望尽快有个说法", "反映办事窗口要跑两趟", "说去年提的事已经办好", "担心冬天施工扰民", "建议先听听住户意见",
    "愿意牵头组织邻里议事", "提到收费标准不公开", "希望把政策讲得更明白", "盼着村里年轻人能回来", "对进度表示满意",
)  # fmt: skip
VOICES = ("请协调解决", "建议列入明年计划", "希望公开办理结果", "建议职能部门到现场看一次")
STATIONS = ("东湖联络站", "沙面联络站", "北站社区联络站", "江南联络站", "棠下联络站", "新港联络站")
TRADES = (
    "种茶",
    "个体经营",
    "退休教师",
    "货车司机",
    "乡村医生",
    "快递员",
    "在校学生",
    "制衣厂工人",
    "民宿经营",
    "社区干部",
)
REASONS = ("与 9 月的记录是同一次，请合并", "日期与签到册不符，请核对后重新登记", "缺少活动地点，请补上后重新登记")
WITHDRAWALS = ("录入时选错了委员", "同一次联系录入了两遍", "活动因故没有办成")


def proposal(chance: Random) -> str:
    return f"关于{chance.choice(('改进', '加强', '统筹', '规范'))}{chance.choice(TOPICS)}的建议"


def report(chance: Random) -> str:
    return f"{chance.choice(PLACES)}居民反映{chance.choice(TOPICS)}有待改进"


def study(chance: Random) -> str:
    return f"{chance.choice(PLACES)}{chance.choice(TOPICS)}情况调研报告"


def summary(chance: Random) -> str:
    return f"谈{chance.choice(TOPICS)}，{chance.choice(SAID)}。"
