"""Scenes with captions in Spanish: the project of chapter 9, done once as an example.

The captions are written by a program, two a picture, from the truth of the scene.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

from utils.scenes.dataset import QUALITY, image_name
from utils.scenes.drawing.picture import draw_scene
from utils.scenes.world import Scene, sample_ordinary
from utils.support.files import atomic_path

# Each noun with its plural and its gender.
NOUNS = {
    "man": ("hombre", "hombres", "m"),
    "woman": ("mujer", "mujeres", "f"),
    "boy": ("niño", "niños", "m"),
    "girl": ("niña", "niñas", "f"),
    "dog": ("perro", "perros", "m"),
    "cat": ("gato", "gatos", "m"),
    "horse": ("caballo", "caballos", "m"),
    "cow": ("vaca", "vacas", "f"),
    "sheep": ("oveja", "ovejas", "f"),
    "pig": ("cerdo", "cerdos", "m"),
    "rabbit": ("conejo", "conejos", "m"),
    "duck": ("pato", "patos", "m"),
    "bear": ("oso", "osos", "m"),
    "camel": ("camello", "camellos", "m"),
}
# The forms of a colour: one and several of each gender.
COLOURS = {
    "green": ("verde", "verdes", "verde", "verdes"),
    "white": ("blanco", "blancos", "blanca", "blancas"),
    "black": ("negro", "negros", "negra", "negras"),
    "gray": ("gris", "grises", "gris", "grises"),
    "blue": ("azul", "azules", "azul", "azules"),
    "brown": ("marrón", "marrones", "marrón", "marrones"),
    "pink": ("rosa", "rosas", "rosa", "rosas"),
    "yellow": ("amarillo", "amarillos", "amarilla", "amarillas"),
    "orange": ("naranja", "naranjas", "naranja", "naranjas"),
    "red": ("rojo", "rojos", "roja", "rojas"),
}
VERBS = {
    "playing": ("juega", "juegan"),
    "standing": ("está de pie", "están de pie"),
    "sitting": ("se sienta", "se sientan"),
    "eating": ("come", "comen"),
    "reading": ("lee", "leen"),
    "sleeping": ("duerme", "duermen"),
    "running": ("corre", "corren"),
    "jumping": ("salta", "saltan"),
    "swimming": ("nada", "nadan"),
    "holding": ("sostiene algo", "sostienen algo"),
    "riding": ("monta en bicicleta", "montan en bicicleta"),
    "flying": ("vuela una cometa", "vuelan una cometa"),
}
PLACES = {
    "beach": "en la playa",
    "forest": "en el bosque",
    "park": "en el parque",
    "street": "en la calle",
    "mountain": "en la montaña",
    "farm": "en la granja",
    "lake": "en el lago",
    "desert": "en el desierto",
    "room": "en una habitación",
}


def spanish_captions(scene: Scene) -> list[str]:
    """Return two captions of a scene in Spanish."""
    several = scene.count > 1
    one, many, gender = NOUNS[scene.who]
    feminine = gender == "f"
    number = {1: "una" if feminine else "un", 2: "dos", 3: "tres"}[scene.count]
    if scene.human:
        colour = f"de {COLOURS[scene.colour][0]}"  # the clothes
    else:
        colour = COLOURS[scene.colour][2 * feminine + several]
    who = f"{number} {many if several else one} {colour}"
    verb, place = VERBS[scene.what][several], PLACES[scene.where]
    return [f"{who} {verb} {place}.", f"{place} hay {who} que {verb}.".capitalize()]


def make_spanish_project(folder: Path, count: int = 120, seed: int = 7) -> None:
    """Draw `count` new scenes with two Spanish captions each, laid out like Flickr8k.

    Writes `Images/*.jpg` and `captions.txt`, whole or not at all; the same seed gives the same.
    """
    with atomic_path(Path(folder)) as temporary:
        (temporary / "Images").mkdir(parents=True)
        with open(temporary / "captions.txt", "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("image", "caption"))
            for index in range(count):
                scene = sample_ordinary(random.Random(f"project/{seed}/{index}"))
                name = image_name(index)
                draw_scene(scene).save(temporary / "Images" / name, quality=QUALITY)
                rows.writerows((name, caption) for caption in spanish_captions(scene))
