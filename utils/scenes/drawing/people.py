"""People for the Scenes: a man, a woman, a boy and a girl, in every pose that they can take.

A figure is one unit high. Angles are degrees from straight down, positive to the front, so a pose
is a handful of numbers; the joints follow from them. Proportions, poses, heads and hair are data
(`people.toml`).
"""

import math
import random
from dataclasses import dataclass, field

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, blob, limb, mix, oval, scaled
from utils.scenes.drawing.sketch import Look, sketch, tables_of

SKINS: list[Colour] = tables_of("people")["skins"]
HAIRS: list[Colour] = tables_of("people")["hairs"]
SHOES: dict[str, Colour] = tables_of("people")["shoes"]


@dataclass(frozen=True)
class Build:
    """The proportions of a person one unit high."""

    head: float  # radius of the head
    neck: float  # height of the shoulders when standing
    hip: float  # height of the hips when standing
    thigh: float
    shin: float
    arm: float  # length of the upper arm; the lower arm is as long
    shoulder: float  # half the width of the shoulders
    limb: float  # thickness of an arm


BUILDS = {who: Build(**build) for who, build in tables_of("people")["builds"].items()}


@dataclass(frozen=True)
class Pose:
    """The angles of a body; each limb has an upper and a lower one."""

    near_arm: tuple[float, float] = (-20, -8)
    far_arm: tuple[float, float] = (22, 14)
    near_leg: tuple[float, float] = (-7, -5)
    far_leg: tuple[float, float] = (9, 5)
    lean: float = 0.0
    rise: float = 0.0  # of the feet above the ground
    seated: bool = False
    turn: float = 0.0  # of the whole body, 90 when lying


POSES: dict[str, tuple[Pose, ...]] = {
    what: tuple(Pose(**pose) for pose in poses)
    for what, poses in tables_of("people")["poses"].items()
}


@dataclass
class Body:
    """Where the joints of one figure are, in units of its height."""

    build: Build
    pose: Pose
    joints: dict[str, Point] = field(default_factory=dict)

    def __post_init__(self) -> None:
        build, pose = self.build, self.pose
        hip = (0.0, 0.06 if pose.seated else build.hip + pose.rise)
        neck = _reach(hip, 180 - pose.lean, build.neck - build.hip)
        self.joints = {
            "hip": hip,
            "neck": neck,
            "head": _reach(neck, 180 - pose.lean * 0.6, build.head * 1.12),
        }
        for side, shift in (("near", -1), ("far", 1)):
            arm, leg = getattr(pose, f"{side}_arm"), getattr(pose, f"{side}_leg")
            shoulder = (neck[0] + shift * build.shoulder * 0.72, neck[1] - 0.035)
            pelvis = (hip[0] + shift * build.shoulder * 0.42, hip[1])
            elbow, knee = _reach(shoulder, arm[0], build.arm), _reach(pelvis, leg[0], build.thigh)
            self.joints |= {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow}
            self.joints |= {f"{side}_hand": _reach(elbow, arm[1], build.arm * 0.95)}
            self.joints |= {f"{side}_pelvis": pelvis, f"{side}_knee": knee}
            self.joints |= {f"{side}_foot": _reach(knee, leg[1], build.shin)}

    def __getitem__(self, name: str) -> Point:
        return self.joints[name]


def _reach(start: Point, angle: float, length: float) -> Point:
    """Return the point `length` away in the direction of `angle` (0 is down, 90 to the front)."""
    turn = math.radians(angle)
    return (start[0] + length * math.sin(turn), start[1] - length * math.cos(turn))


def choose_pose(what: str, prop: str, rng: random.Random) -> Pose:
    """Return one of the poses of an action."""
    return rng.choice(POSES[prop if prop in POSES else what])


def draw_person(
    pen: Pen, who: str, colour: str, pose: Pose, rng: random.Random, asleep: bool = False
) -> Body:
    """Draw a person whose feet (or seat) are at the pen's origin; returns the joints."""
    body = Body(BUILDS[who], pose)
    if pose.turn:
        pen = pen.at(-0.45, BUILDS[who].shoulder * 0.95, pose.turn - 180)
    skin, hair = rng.choice(SKINS), rng.choice(HAIRS)
    cloth = PAINT[colour]
    words = frozenset({who, "asleep"} if asleep else {who})
    look = Look({"skin": skin, "hair": hair, "cloth": cloth}, words)
    head = pen.at(*body["head"], 0, body.build.head)
    sketch(head, "people", "behind", look)
    _draw_arm(pen, who, body, "far", mix(cloth, INK, 0.16), mix(skin, INK, 0.1))
    for side in ("far", "near"):
        _draw_leg(pen, who, body, side, skin, cloth)
    _draw_clothes(pen, who, body, cloth)
    (nx, ny), r = body["neck"], body.build.head
    neck = limb([(nx, ny - 0.01), body["head"]], [r * 0.62, r * 0.6])
    pen.fill(mix(skin, INK, 0.1), neck, outline=0.6)
    sketch(head, "people", "head", look)
    sketch(head, "people", who, look)
    _draw_arm(pen, who, body, "near", cloth, skin)
    return body


def _draw_arm(pen: Pen, who: str, body: Body, side: str, cloth: Colour, skin: Colour) -> None:
    """Draw an arm: a bare hand and forearm out of a sleeve."""
    shoulder, elbow, hand = (body[f"{side}_{name}"] for name in ("shoulder", "elbow", "hand"))
    width = body.build.limb
    pen.fill(
        skin,
        limb([shoulder, elbow, hand], [width * 0.8, width * 0.78, width * 0.66]),
        oval(*hand, width * 0.5, width * 0.5),
    )
    sleeve = hand if who == "man" else elbow
    share = 0.72 if who == "man" else 0.85
    end = (elbow[0] + (sleeve[0] - elbow[0]) * share, elbow[1] + (sleeve[1] - elbow[1]) * share)
    if who == "man":
        pen.fill(cloth, limb([shoulder, elbow, end], [width * 1.15, width * 1.1, width]))
    else:
        middle = ((shoulder[0] + elbow[0]) / 2, (shoulder[1] + elbow[1]) / 2)
        pen.fill(
            cloth, limb([shoulder, middle, elbow], [width * 1.25, width * 1.25, width * 1.2])[:-2]
        )


def _draw_leg(pen: Pen, who: str, body: Body, side: str, skin: Colour, cloth: Colour) -> None:
    """Draw a leg with trousers (man), shorts (boy) or bare below a skirt, and a shoe."""
    pelvis, knee, foot = (body[f"{side}_{name}"] for name in ("pelvis", "knee", "foot"))
    width = body.build.limb * 1.25
    far = 0.18 if side == "far" else 0.0
    trousers = mix(mix(cloth, INK, 0.22), INK, far)  # the whole suit tells its colour
    bare = mix(skin, INK, far / 2)
    leg = limb([pelvis, knee, foot], [width * 1.15, width, width * 0.72])
    pen.fill(trousers if who == "man" else bare, leg)
    if who == "boy":
        pen.fill(
            trousers,
            limb(
                [pelvis, ((pelvis[0] + knee[0]) / 2, (pelvis[1] + knee[1]) / 2), knee],
                [width * 1.45, width * 1.4, width * 1.3],
            ),
        )
    toe = body.pose.near_leg[1] if side == "near" else body.pose.far_leg[1]
    shoe = pen.at(*foot, toe * 0.8, width * 1.05)
    sketch(shoe, "people", "shoe", Look({"dark": mix(SHOES[who], INK, far)}))


def _draw_clothes(pen: Pen, who: str, body: Body, cloth: Colour) -> None:
    """Draw a shirt, or a dress whose skirt follows the knees."""
    build, hip, neck = body.build, body["hip"], body["neck"]
    wide, waist = build.shoulder, build.shoulder * (0.92 if who in ("man", "boy") else 0.72)
    dx = (hip[0] - neck[0]) * 0.35
    top = [
        (neck[0] - wide * 0.45, neck[1] + 0.012),
        (neck[0] + wide * 0.45, neck[1] + 0.012),
        (neck[0] + wide, neck[1] - 0.04),
        (neck[0] + dx + waist * 1.02, (neck[1] + hip[1]) / 2),
    ]
    left = [
        (neck[0] + dx - waist * 1.02, (neck[1] + hip[1]) / 2),
        (neck[0] - wide, neck[1] - 0.04),
    ]
    if who in ("man", "boy"):
        bottom = [
            (hip[0] + waist, hip[1] - 0.03),
            (hip[0], hip[1] - 0.05),
            (hip[0] - waist, hip[1] - 0.03),
        ]
        pen.fill(cloth, blob(top + bottom + left), texture=0.12)
        _trim_shirt(pen, who, body, cloth)
        return
    pen.fill(cloth, blob([*top, *_hem(who, body), *left]), texture=0.12)
    _trim_dress(pen, who, body, cloth)


def _hem(who: str, body: Body) -> list[Point]:
    """Return the lower edge of a dress, from front to back."""
    hip, near, far = body["hip"], body["near_knee"], body["far_knee"]
    share, flare = (1.55, 0.22) if who == "woman" else (1.0, 0.14)
    if body.pose.seated:
        knee = max(near, far)
        return [
            (knee[0] + 0.02, knee[1] + 0.05),
            (knee[0] + 0.04, knee[1] - 0.06),
            (hip[0], hip[1] - 0.06),
            (hip[0] - 0.12, hip[1] - 0.05),
        ]
    centre = ((near[0] + far[0]) / 2 - hip[0]) * 0.7
    drop = (min(near[1], far[1]) - hip[1]) * share
    front, back = max(near[0], far[0]) - hip[0], min(near[0], far[0]) - hip[0]
    right, left = max(flare + centre, front + 0.04), min(centre - flare, back - 0.03)
    y = hip[1] + drop
    return [
        (hip[0] + right, y + 0.01),
        (hip[0] + (left + right) / 2, y - 0.02),
        (hip[0] + left, y + 0.01),
    ]


def _trim_shirt(pen: Pen, who: str, body: Body, cloth: Colour) -> None:
    """Draw buttons on a man's shirt and a light band on a boy's."""
    neck, hip = body["neck"], body["hip"]
    dark = scaled(cloth, (0.6, 0.55, 0.6))
    if who == "man":
        for step in (0.2, 0.45, 0.7):
            pen.dot(
                dark,
                neck[0] + (hip[0] - neck[0]) * step + 0.03,
                neck[1] + (hip[1] - neck[1]) * step,
                0.009,
            )
        pen.fill(
            mix(cloth, PAINT["white"], 0.35),
            [
                (neck[0] - 0.05, neck[1] + 0.01),
                (neck[0] + 0.02, neck[1] - 0.05),
                (neck[0] + 0.08, neck[1] + 0.01),
            ],
            outline=0.6,
        )
    else:
        middle = (neck[0] + (hip[0] - neck[0]) * 0.45, neck[1] + (hip[1] - neck[1]) * 0.45)
        wide = body.build.shoulder * 0.92
        pen.line(
            mix(cloth, PAINT["white"], 0.45),
            [(middle[0] - wide, middle[1]), (middle[0] + wide, middle[1])],
            0.035,
        )


def _trim_dress(pen: Pen, who: str, body: Body, cloth: Colour) -> None:
    """Draw a collar and a belt on a dress."""
    neck, hip = body["neck"], body["hip"]
    wide = body.build.shoulder * 0.66
    light = mix(cloth, PAINT["white"], 0.5) if who == "girl" else scaled(cloth, (0.62, 0.56, 0.62))
    waist = (neck[0] + (hip[0] - neck[0]) * 0.62, neck[1] + (hip[1] - neck[1]) * 0.62)
    pen.line(light, [(waist[0] - wide, waist[1]), (waist[0] + wide, waist[1])], 0.028)
    pen.fill(
        mix(cloth, PAINT["white"], 0.6),
        oval(neck[0], neck[1] - 0.005, wide * 0.8, 0.022),
        outline=0.5,
    )
