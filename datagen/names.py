"""Names and handles of generated users."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FIRST: Final = (
    "Ada Amara Amir Ana Anders Anika Arjun Astrid Bao Beatriz Ben Carmen Chidi Chloe Clara "
    "Dalia Daniel Diego Dmitri Elena Elif Emeka Emil Esther Fatima Felix Freya Gabriel Greta "
    "Hana Hugo Ibrahim Ines Ingrid Isaac Ivy Jamal Jana Jonas Julia Kaito Karim Kavya Kenji "
    "Lars Leila Lena Liam Lucia Luka Magnus Malik Maria Marta Mateo Maya Mei Mila Mina Miriam "
    "Nadia Naomi Nia Niko Noah Nora Olga Omar Oscar Paula Pedro Priya Rafael Rania Rosa Ruth "
    "Sami Sara Selma Sofia Sven Tara Tariq Theo Tomas Uma Valentina Vera Victor Wanda Wei Willa "
    "Yara Yusuf Zara Zoe "
)
LAST: Final = (
    "Abara Adeyemi Ahmed Almeida Andersen Aoki Bauer Becker Bianchi Borg Campos Castro Chen "
    "Costa Das Demir Diaz Dubois Eriksen Fischer Fontaine Garcia Gupta Haddad Hansen Hoang "
    "Horvat Ito Ivanova Jansen Jimenez Kapoor Kaya Keller Khan Kim Kovac Kowalski Larsen Leone "
    "Lind Lopez Mahmoud Marino Martins Mbeki Mehta Mensah Meyer Moreau Mori Nagy Nguyen Novak "
    "Nwosu Okafor Olsen Park Patel Petrov Popescu Rahman Reyes Ricci Rossi Sato Schmidt Silva "
    "Singh Smit Sokolov Suzuki Tanaka Torres Tran Varga Vega Virtanen Wagner Walker Weber Wong "
    "Yamada Yilmaz Zhang "
)


def full_names(n: int, rng: np.random.Generator) -> NDArray[np.str_]:
    """A first and a last name, repeated only when all pairs are used up."""
    first, last = np.array(FIRST.split()), np.array(LAST.split())
    pairs = len(first) * len(last)
    pick = np.concatenate([rng.permutation(pairs) for _ in range(-(-n // pairs))])[:n]
    given = np.char.add(first[pick // len(last)], " ")
    return np.char.add(given, last[pick % len(last)])


def handles_of(names: NDArray[np.str_]) -> NDArray[np.str_]:
    """The handles of names, such as @ada_lopez."""
    return np.char.add("@", np.char.lower(np.char.replace(names, " ", "_")))
