"""People for the Scenes: a man, a woman, a boy and a girl, in every pose that they can take.

A figure is one unit high. Angles are degrees from straight down, positive to the front, so a pose
is a handful of numbers; the joints follow from them.
"""

import math
import random
from dataclasses import dataclass, field

from utils.scenes.drawing.pen import INK, PAINT, Colour, Pen, Point, blob, limb, mix, oval, scaled

SKINS: tuple[Colour, ...] = ((250, 210, 180), (236, 184, 148), (190, 130, 92), (128, 82, 56))
HAIRS: tuple[Colour, ...] = (
    (62, 42, 34),
    (112, 66, 36),
    (206, 150, 70),
    (40, 36, 44),
    (168, 78, 36),
)


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


BUILDS = {
    "man": Build(0.105, 0.76, 0.43, 0.215, 0.215, 0.165, 0.115, 0.072),
    "woman": Build(0.105, 0.75, 0.44, 0.22, 0.22, 0.155, 0.085, 0.058),
    "boy": Build(0.168, 0.62, 0.32, 0.155, 0.155, 0.135, 0.105, 0.075),
    "girl": Build(0.172, 0.61, 0.32, 0.155, 0.155, 0.13, 0.092, 0.066),
}


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
    "standing": (
        Pose(),
        Pose(near_arm=(-38, 25), far_arm=(40, 10)),
        Pose(near_arm=(-18, -6), far_arm=(130, 160)),
    ),
    "running": (
        Pose((-58, 35), (52, 128), (58, -18), (-30, -92), 14, 0.05),
        Pose((48, 120), (-60, 30), (-34, -88), (60, -8), 16, 0.05),
    ),
    "jumping": (
        Pose((-140, -155), (140, 155), (42, -35), (-38, -75), 0, 0.24),
        Pose((-125, -150), (132, 150), (30, -60), (62, -40), 4, 0.26),
    ),
    "sitting": (
        Pose((-28, -14), (48, 64), (84, 70), (96, 40), -8, 0, True),
        Pose((46, 70), (52, 80), (112, 10), (92, 66), -2, 0, True),
    ),
    "sleeping": (Pose((-14, -6), (16, 30), (-5, -2), (14, 8), 0, 0, False, 90),),
    "eating": (Pose((66, 130), (-14, -6)),),
    "riding": (Pose((66, 78), (70, 82), (74, 4), (38, -26), 24, 0.30),),
    "playing": (Pose((-46, -30), (58, 74), (48, 52), (-12, -16), -7),),
    "flying": (Pose((112, 138), (58, 128), (-14, -8), (16, 8), -9),),
    "balloon": (Pose((98, 132), (-16, -8)), Pose((92, 128), (30, 12))),
    "umbrella": (Pose((40, 132), (-16, -8)),),
    "reading": (
        Pose((34, 108), (48, 112), (108, 8), (94, 30), -8, 0, True),
        Pose((34, 104), (46, 108), (86, 76), (94, 84), -12, 0, True),
    ),
    "swimming": (
        Pose((-118, -150), (96, 108), lean=10),
        Pose((70, 96), (128, 112), lean=12),
    ),
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
    _draw_hair_behind(pen, who, body, hair, cloth)
    _draw_arm(pen, who, body, "far", mix(cloth, INK, 0.16), mix(skin, INK, 0.1))
    for side in ("far", "near"):
        _draw_leg(pen, who, body, side, skin, cloth)
    _draw_clothes(pen, who, body, cloth)
    draw_head(pen, who, body, skin, hair, cloth, asleep)
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
    shoe = pen.at(*foot, toe * 0.8)
    size = width * 1.05
    pen_colour = {
        "man": (74, 50, 38),
        "woman": (110, 40, 52),
        "boy": (92, 66, 52),
        "girl": (120, 60, 92),
    }[who]
    shoe.fill(
        mix(pen_colour, INK, far),
        blob(
            [
                (-0.5 * size, -0.35 * size),
                (-0.5 * size, 0.35 * size),
                (0.3 * size, 0.35 * size),
                (1.1 * size, -0.05 * size),
                (1.05 * size, -0.38 * size),
            ]
        ),
    )


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


def _draw_hair_behind(pen: Pen, who: str, body: Body, hair: Colour, cloth: Colour) -> None:
    """Draw the hair that hangs behind the head: long for a woman, two tails for a girl."""
    x, y = body["head"]
    r = body.build.head
    if who == "woman":
        pen.fill(
            hair,
            blob(
                [
                    (x - r * 1.12, y + r * 0.2),
                    (x - r * 0.4, y + r * 1.15),
                    (x + r * 0.7, y + r * 0.95),
                    (x + r * 0.85, y - r * 0.3),
                    (x + r * 0.55, y - r * 1.7),
                    (x - r * 0.3, y - r * 2.15),
                    (x - r * 1.35, y - r * 1.9),
                    (x - r * 1.3, y - r * 0.7),
                ]
            ),
            texture=0.2,
        )
    if who == "girl":
        for side in (-1, 1):
            tail = [
                (x + side * r * 0.85, y + r * 0.35),
                (x + side * r * 1.5, y + r * 0.1),
                (x + side * r * 1.55, y - r * 0.85),
            ]
            pen.fill(hair, limb(tail, [r * 0.35, r * 0.62, r * 0.2]), texture=0.2)
            bow = (x + side * r * 1.04, y + r * 0.46)
            for end in (-1, 1):
                wing = oval(bow[0] + end * r * 0.26, bow[1] + r * 0.1, r * 0.27, r * 0.2, end * 24)
                pen.fill(cloth, wing, outline=0.8)
            pen.fill(mix(cloth, INK, 0.25), oval(*bow, r * 0.1, r * 0.12), outline=0.6)


def draw_head(
    pen: Pen, who: str, body: Body, skin: Colour, hair: Colour, cloth: Colour, asleep: bool
) -> None:
    """Draw a head: neck, ears, face, and the hair in front."""
    (x, y), (nx, ny), r = body["head"], body["neck"], body.build.head
    pen.fill(mix(skin, INK, 0.1), limb([(nx, ny - 0.01), (x, y)], [r * 0.62, r * 0.6]), outline=0.6)
    pen.fill(skin, oval(x - r * 0.82, y - r * 0.08, r * 0.2, r * 0.24))
    pen.fill(skin, oval(x, y, r * 0.94, r))
    head = pen.at(x, y, 0, r)
    if who == "man":
        beard = [
            (-0.9, 0.12),
            (-0.62, -0.12),
            (-0.2, -0.3),
            (0.25, -0.34),
            (0.66, -0.28),
            (0.9, 0.05),
            (0.85, -0.65),
            (0.3, -1.1),
            (-0.35, -1.06),
            (-0.82, -0.6),
        ]
        head.fill(hair, blob(beard, 4), outline=0.6, texture=0.25)
    _draw_face(head, asleep, (236, 120, 104), bearded=who == "man")
    _draw_hair(head, who, hair, cloth)


def _draw_face(head: Pen, asleep: bool, cheek: Colour, bearded: bool) -> None:
    """Draw eyes, nose, mouth and cheeks on a head of radius one that looks to the front."""
    for x in (-0.12, 0.5):
        if asleep:
            head.line(
                INK, [(x - 0.15, 0.08), (x - 0.05, 0.01), (x + 0.08, 0.01), (x + 0.16, 0.08)], 0.07
            )
        else:
            head.dot((255, 255, 255), x + 0.02, 0.09, 0.155, 0.19)
            head.dot(INK, x + 0.05, 0.08, 0.1, 0.13)
            head.dot((255, 255, 255), x + 0.09, 0.13, 0.035)
    if not bearded:
        head.veil(cheek, oval(-0.4, -0.24, 0.2, 0.14), 0.55)
        head.veil(cheek, oval(0.72, -0.24, 0.16, 0.14), 0.55)
    head.dot(cheek, 0.26, -0.12, 0.09, 0.075)
    mouth = [(-0.05, -0.4), (0.12, -0.52), (0.34, -0.53), (0.5, -0.4)]
    head.line((150, 40, 40), mouth, 0.09)


def _draw_hair(head: Pen, who: str, hair: Colour, cloth: Colour) -> None:
    """Draw the hair in front, by which the four people are told apart at a glance."""
    if who == "man":
        cap = [
            (-0.98, 0.2),
            (-0.9, 0.75),
            (-0.3, 1.14),
            (0.4, 1.1),
            (0.88, 0.72),
            (0.78, 0.44),
            (0.2, 0.6),
            (-0.5, 0.55),
            (-0.72, 0.1),
        ]
        head.fill(hair, blob(cap), texture=0.2)
        _draw_hat(head, cloth)
    elif who == "woman":
        fringe = [
            (-1.0, -0.35),
            (-1.05, 0.5),
            (-0.4, 1.15),
            (0.45, 1.08),
            (0.92, 0.6),
            (0.95, 0.05),
            (0.66, 0.5),
            (0.1, 0.7),
            (-0.45, 0.42),
            (-0.7, -0.2),
        ]
        head.fill(hair, blob(fringe), texture=0.2)
        _draw_sun_hat(head, cloth)
    elif who == "boy":
        tuft = [
            (-0.98, 0.05),
            (-1.0, 0.7),
            (-0.6, 0.95),
            (-0.5, 1.2),
            (-0.15, 1.08),
            (0.1, 1.32),
            (0.35, 1.05),
            (0.75, 1.1),
            (0.92, 0.5),
            (0.6, 0.62),
            (0.3, 0.42),
            (0.0, 0.62),
            (-0.3, 0.4),
            (-0.62, 0.52),
            (-0.75, 0.0),
        ]
        head.fill(hair, blob(tuft, 4), texture=0.2)
        _draw_cap(head, cloth)
    else:
        fringe = [
            (-0.98, -0.1),
            (-1.0, 0.6),
            (-0.45, 1.1),
            (0.4, 1.08),
            (0.95, 0.6),
            (0.95, 0.0),
            (0.75, 0.45),
            (0.35, 0.36),
            (-0.05, 0.42),
            (-0.45, 0.36),
            (-0.75, 0.3),
        ]
        head.fill(hair, blob(fringe), texture=0.2)


def _draw_hat(head: Pen, cloth: Colour) -> None:
    """Draw a man's hat with a brim and a dark band."""
    crown = [(-0.82, 0.62), (-0.72, 1.5), (-0.1, 1.42), (0.5, 1.52), (0.72, 0.62)]
    head.fill(cloth, crown, texture=0.15)
    band = [(-0.81, 0.64), (-0.79, 0.86), (0.67, 0.86), (0.71, 0.64)]
    head.fill(mix(cloth, INK, 0.6), band, outline=0)
    head.fill(cloth, oval(-0.02, 0.64, 1.36, 0.2, 3), texture=0.15)


def _draw_sun_hat(head: Pen, cloth: Colour) -> None:
    """Draw a woman's sun hat: a low round crown, a very wide brim and a flower."""
    crown = [(-0.95, 0.6), (-0.85, 1.2), (-0.1, 1.52), (0.7, 1.2), (0.86, 0.6)]
    head.fill(cloth, blob(crown), texture=0.15)
    head.fill(cloth, oval(-0.04, 0.62, 1.8, 0.26, -4), texture=0.15)
    for dx, dy in ((-0.16, 0), (0.16, 0), (0, 0.15), (0, -0.15)):
        head.fill(PAINT["white"], oval(0.5 + dx, 0.86 + dy, 0.13, 0.12), outline=0.5)
    head.dot(PAINT["orange"], 0.5, 0.86, 0.1)


def _draw_cap(head: Pen, cloth: Colour) -> None:
    """Draw a boy's cap with a peak to the front."""
    crown = [(-1.04, 0.42), (-0.92, 0.95), (-0.3, 1.34), (0.4, 1.28), (0.9, 0.86), (1.0, 0.48)]
    head.fill(cloth, [*blob([*crown, (0.0, 0.5)], 4)], texture=0.12)
    peak = [(0.5, 0.62), (1.1, 0.62), (1.72, 0.44), (1.6, 0.3), (0.9, 0.42), (0.45, 0.46)]
    head.fill(mix(cloth, INK, 0.18), blob(peak, 4))
    head.fill(cloth, oval(-0.02, 1.32, 0.13, 0.1), outline=0.6)
