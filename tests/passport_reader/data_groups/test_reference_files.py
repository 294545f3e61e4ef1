"""Files that others wrote: the BSI set (TR-03105-5), samples of ISO/IEC 39794-5 and of DG14."""

from __future__ import annotations

from pathlib import Path

import pytest

from passport_reader.data_groups import contents, face_image, finger_image, picture
from passport_reader.data_groups.contents import Contents
from passport_reader.data_groups.dates import Moment
from passport_reader.data_groups.faces import Face, Landmark, Pose
from passport_reader.data_groups.security_infos import ChipAuthenticationOffer, PublicKey, TerminalAuthenticationOffer
from passport_reader.deviations import Deviations
from passport_reader.document import Deviation
from passport_reader.lds import Ef


@pytest.fixture(scope="module")
def read(bsi: dict[int, bytes]) -> Contents:
    return contents.decode(bsi)


@pytest.fixture(scope="module")
def sample(data: Path) -> Face:
    """The 39794-5 sample in which every field of Doc 9303's profile is set."""
    dg2 = (data / "emrtd" / "iso39794" / "ICAO_39794_5_AP_DG2_AllFields.dat").read_bytes()
    (face,) = face_image.decode(dg2, Deviations("EF_DG2"))
    return face


def test_every_file_of_the_reference_set_is_read(read: Contents, bsi: dict[int, bytes]) -> None:
    assert read.failures == {}
    assert read.mrz is not None
    assert read.mrz.startswith("P<D<<MUSTERMANN<<ERIKA")
    assert read.common_data is not None
    assert read.listed_hashes is not None
    assert read.common_data.data_groups == tuple(read.listed_hashes.hashes) == (1, 2, 3, 14)


def test_its_deviations_are_these_and_no_others(read: Contents) -> None:
    assert set(read.deviations) == {
        Deviation("EF_DG2", "image_size_wrong", "337 x 449 announced, 413 x 531 there"),
        Deviation("EF_DG11", "tag_list_wrong", "5F17"),
        Deviation("EF_DG11", "value_malformed", "a picture of unknown kind, 1 octets"),
        Deviation("EF_DG12", "element_missing", "tag 5C"),
        Deviation("EF_DG12", "value_malformed", "a picture of unknown kind, 1 octets"),
    }


def test_strictly_read_only_the_deviating_files_fail(bsi: dict[int, bytes]) -> None:
    assert set(contents.decode(bsi, strict=True).failures) == {Ef.DG2, Ef.DG11, Ef.DG12}


def test_its_fingers_are_wsq_and_can_be_seen(read: Contents) -> None:
    assert read.fingers is not None
    assert [finger.position for finger in read.fingers] == ["right_index", "left_index"]
    for finger in read.fingers:
        assert (finger.picture.media_type, finger.resolution) == (picture.WSQ, (500, 500))
        assert finger_image.pixels(finger).shape == (620, 620)


def test_its_irises_are_told_by_their_headers(read: Contents) -> None:
    assert read.irises is not None
    headers = [block.header for block in read.irises]
    assert [(header.biometric_type, header.subtype, header.format_type) for header in headers] == [
        (16, 1, 9),
        (16, 2, 9),
    ]
    assert all(block.data.startswith(b"IIR\0") for block in read.irises)


def test_its_printed_portrait_and_signature_can_be_seen(read: Contents) -> None:
    assert read.displayed_portraits is not None
    assert read.signatures is not None
    assert picture.decoded(read.displayed_portraits[0]).shape == (531, 413, 3)
    assert picture.decoded(read.signatures[0]).shape == (142, 550, 3)


def test_its_details_of_person_and_document(read: Contents) -> None:
    person, document = read.personal_details, read.document_details
    assert person is not None
    assert (person.full_name, person.other_names, person.birth_date) == ("Doe John", ("William",), Moment(1970, 1, 1))
    assert (person.birth_place, person.other_documents) == (("TEST", "TEST"), ("123", "123"))
    assert document is not None
    assert document.issue_date == Moment(2024, 1, 1)
    assert str(document.personalised) == "2024-01-01T12:30:59"
    assert document.other_people == ("William",)


def test_its_security_infos_and_keys(read: Contents) -> None:
    assert read.security_infos is not None
    key, chip, terminal = read.security_infos
    assert isinstance(key, PublicKey)
    assert key.algorithm == "1.2.840.10045.2.1"
    assert chip == ChipAuthenticationOffer("0.4.0.127.0.7.2.2.3.2.1", 1, None)
    assert terminal == TerminalAuthenticationOffer(1, None)
    assert read.active_authentication_key is not None
    assert read.active_authentication_key.algorithm == "1.2.840.113549.1.1.1"


def test_a_dg14_over_a_diffie_hellman_group(data: Path) -> None:
    infos = contents.decode({Ef.DG14: (data / "emrtd" / "dg14" / "spec_sample_encoded_dg14.bin").read_bytes()})
    assert infos.security_infos is not None
    assert isinstance(infos.security_infos[0], PublicKey)
    assert infos.security_infos[0].algorithm == "1.2.840.113549.1.3.1"


def test_the_39794_sample_portrait_is_decodable(sample: Face) -> None:
    assert (sample.image.media_type, sample.image.width, sample.image.height) == ("image/jp2", 413, 531)
    face_image.require_decodable(sample.image)


def test_the_39794_sample_tells_every_field(sample: Face) -> None:
    assert (sample.gender, sample.eye_colour, sample.hair_colour, sample.height) == ("female", "blue", "brown", 1786)
    assert (sample.properties, sample.expressions) == (frozenset(), ("neutral",))
    assert sample.pose == Pose(yaw=2, pitch=3, roll=1, uncertainties=(1, 1, 2))
    assert sample.landmarks == (Landmark("mpeg4_2.11", 90, 22),)
    assert (sample.kind, sample.colour_space, sample.source) == ("mrtd", "rgb24", "digital_still_camera")
    assert sample.quality == (99,)
    assert sample.captured == Moment(2024, 1, 20, 13, 23, 9)
