"""The issuing State of a machine readable zone (Doc 9303-3 §5) beside the country of a certificate (ISO 3166-1).

Three letters there, two letters here. Most codes share their first two letters, also those ISO 3166 does not know: EUE
and EU, UNO and UN, and the user-assigned ones. Only the others are written down.
"""

from __future__ import annotations

from typing import Final

_PAIRS: Final = (
    "ABWAW AGOAO ALAAX ANDAD AREAE ARMAM ATAAQ ATFTF ATGAG AUTAT BDIBI BENBJ BESBQ BGDBD BHSBS BIHBA BLRBY BLZBZ "
    "BRBBB BRNBN CAFCF CHLCL CHNCN CODCD COGCG COKCK COMKM CPVCV CUWCW CYMKY DNKDK ESHEH ESTEE FLKFK FROFO FSMFM "
    "GINGN GLPGP GNBGW GNQGQ GRDGD GRLGL GUFGF GUYGY IRLIE IRQIQ ISRIL JAMJM KAZKZ KORKR LBRLR LBYLY MACMO MAFMF "
    "MDGMG MDVMV MEXMX MLTMT MNEME MNPMP MOZMZ MTQMQ MYTYT NIUNU PAKPK PCNPN PLWPW PNGPG POLPL PRKKP PRTPT PRYPY "
    "PYFPF SENSN SGSGS SLBSB SLVSV SPMPM SRBRS SURSR SVKSK SVNSI SWESE SWZSZ SYCSC TCDTD TKMTM TUNTN TURTR TUVTV "
    "UKRUA URYUY WLFWF"
    "D"
    "DE"
    "RKS"
    "KS"
    "XK"
)
"""ISO 3166-1: alpha-3 and alpha-2 of every country where the one does not begin with the other."""

_UNLIKE: Final = {_PAIRS[at : at + 3]: _PAIRS[at + 3 : at + 5] for at in range(0, len(_PAIRS), 6)}

_OTHERS: Final = {"D": frozenset({"DE"}), "RKS": frozenset({"KS", "XK"})}
"""Germany's one letter; Kosovo, whose certificates say KS."""


def of_one_state(issuing_state: str, country: str) -> bool:
    """`issuing_state` as in the MRZ, without fillers; `country` of two letters, upper case."""
    countries = _OTHERS.get(issuing_state, frozenset({_UNLIKE.get(issuing_state, issuing_state[:2])}))
    return country in countries
