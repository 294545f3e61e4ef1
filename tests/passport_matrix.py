"""Which module implements which clause of the standards, and which test shows it: the one table of it.

`python -m tests.passport_matrix > docs/passport-matrix.md` writes it for people; `make docs` does so too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
READER, TESTS = ROOT / "passport_reader", ROOT / "tests" / "passport_reader"


@dataclass(frozen=True, slots=True)
class Row:
    """`modules` and `tests` (file and function) separated by blanks, as paths below the reader and its tests."""

    clause: str
    subject: str
    modules: str
    tests: str

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(READER / f"{module}.py" for module in self.modules.split())

    @property
    def shown_by(self) -> tuple[tuple[Path, str], ...]:
        pairs = (test.split("::") for test in self.tests.split())
        return tuple((TESTS / f"{file}.py", function) for file, function in pairs)


STANDARDS = {
    "Doc 9303-3 to -6": (
        Row("-3 §4.8, §4.9", "dates and check digits of the zone", "mrz",
            "test_mrz::test_one_wrong_character_never_changes_a_number_or_date_unnoticed"),
        Row("-4 §4.2, -5 §4.2, -6 §4.2", "TD3, TD1 and TD2", "mrz document",
            "test_mrz::test_reads_every_format test_over_the_wire::test_cards_are_read_like_passports"),
        Row("-7 §4.2, §5.2", "visas MRV-A and MRV-B", "mrz page/fields",
            "test_mrz::test_reads_visas_which_have_no_composite_digit "
            "test_page::test_a_visa_sticker_is_read_and_told_apart_from_a_page_of_its_shape"),
        Row("-3 §4.3 to §4.5", "the zone in a picture of the page",
            "page/reader page/zone page/rows page/ink page/settling page/sighting page/glyphs page/training",
            "test_page::test_a_page_is_read_however_it_is_seen "
            "test_page::test_pictures_that_each_lack_a_part_are_read_together test_page::test_the_recipe_learns"),
        Row("-3 §4.9", "check digits as evidence of what was seen, and repairs that are only proposed",
            "page/certainty page/proposals",
            "test_page::test_check_digits_make_a_character_certain_only_against_those_they_tell_apart"),
        Row("-3 §4.6, -10 §4.7.1", "page, DG1, DG11 and DG12 compared", "comparison",
            "test_comparison::test_a_number_that_looks_alike_is_told_with_its_columns_and_digits "
            "test_comparison::test_a_name_of_dg11_agrees_however_it_is_transcribed"),
        Row("-3 §5", "codes of States, beside those of certificates", "pki/countries",
            "pki/test_trust_store::test_codes_of_the_zone_and_of_certificates"),
    ),
    "Doc 9303-10": (
        Row("§3.3, §3.6.1", "selecting the application", "protocols/access",
            "test_over_the_wire::test_a_genuine_passport_passes_every_check_that_can_be_made"),
        Row("§3.6.2, §3.6.3", "SELECT, READ BINARY, short file identifiers, odd instruction beyond 32 kB",
            "card/file_reader card/apdu",
            "test_wire_proofs::test_a_file_beyond_32_kilobytes_is_read_to_its_end "
            "test_wire_format::test_a_file_of_fifty_kilobytes_comes_whole_whatever_length_is_refused"),
        Row("§3.11", "EF.ATR/INFO, EF.DIR, EF.CardAccess, EF.CardSecurity",
            "atr_info card/capabilities data_groups/card_files data_groups/security_infos data_groups/signed_files",
            "test_wire_format::test_lengths_by_the_cards_own_word "
            "data_groups/test_contents::test_what_the_card_can_do_and_which_applications_it_has"),
        Row("§4.6.1", "EF.COM", "lds data_groups/contents",
            "data_groups/test_contents::test_ef_com_that_lists_other_groups_than_the_sod_is_told"),
        Row("§4.6.2", "EF.SOD, version 0 and 1", "pki/signed_data data_groups/signed_files",
            "test_wire_proofs::test_a_document_signed_in_every_suite_is_verified "
            "data_groups/test_contents::test_the_version_signed_in_the_sod_is_compared_with_ef_com"),
        Row("§4.7.1", "DG1", "lds examination mrz", "test_over_the_wire::test_cards_are_read_like_passports"),
        Row("§4.7.2", "DG2: templates, ISO/IEC 19794-5 and 39794-5, JPEG and JPEG 2000",
            "data_groups/biometrics data_groups/face_image data_groups/faces data_groups/face_record "
            "data_groups/face_block data_groups/records data_groups/encoded_blocks data_groups/picture "
            "data_groups/jpeg2000 data_groups/portrait_stream",
            "test_wire_proofs::test_a_portrait_of_every_format_is_read "
            "data_groups/test_facial_records::test_every_image_of_a_record_is_read "
            "data_groups/test_encoded_blocks::test_the_portrait_comes_out_as_it_went_in "
            "data_groups/test_portrait_stream::test_every_first_part_tells_the_place_of_the_portrait_or_nothing"),
        Row("§4.7.3", "DG3: ISO/IEC 19794-4 and 39794-4, WSQ",
            "data_groups/finger_image data_groups/fingers data_groups/finger_record data_groups/finger_block "
            "data_groups/wsq_worker",
            "data_groups/test_fingers::test_every_coding_can_be_seen "
            "data_groups/test_encoded_blocks::test_a_finger_of_39794"),
        Row("§4.7.4", "DG4: its templates, not its pictures", "data_groups/biometrics",
            "data_groups/test_reference_files::test_its_irises_are_told_by_their_headers"),
        Row("§4.7.5, §4.7.7", "DG5 and DG7", "data_groups/displayed data_groups/words",
            "data_groups/test_details::test_pictures_for_display"),
        Row("§4.7.11", "DG11", "data_groups/personal_details data_groups/dates data_groups/words",
            "data_groups/test_details::test_the_holder_is_described_in_national_characters"),
        Row("§4.7.12", "DG12", "data_groups/document_details data_groups/dates",
            "data_groups/test_details::test_the_issue_of_the_document_is_described"),
        Row("§4.7.13", "DG13, as octets", "data_groups/contents",
            "test_wire_faults::test_a_difficult_chip_is_read_to_the_last_byte_over_every_wire"),
        Row("§4.7.14, §4.7.15", "DG14 and DG15", "data_groups/security_infos lds",
            "data_groups/test_contents::test_security_infos_are_told_by_kind "
            "data_groups/test_reference_files::test_its_security_infos_and_keys"),
        Row("§4.7.16", "DG16", "data_groups/notified_persons",
            "data_groups/test_details::test_persons_to_notify"),
    ),
    "Doc 9303-11": (
        Row("§4.2, J.1", "the inspection procedure", "reading examination protocols/session",
            "test_wire_proofs::test_a_passport_of_today_passes_every_check_it_offers "
            "test_over_the_wire::test_a_downgrade_to_basic_access_control_is_never_silent"),
        Row("§4.3, D.1 to D.3", "Basic Access Control", "protocols/access",
            "test_worked_examples::test_basic_access_control "
            "test_wire_access::test_basic_access_control_opens_a_chip_that_knows_nothing_else"),
        Row("§4.4.1, §4.4.4, §4.4.5", "PACE: steps, commands, data", "protocols/pace",
            "test_wire_access::test_every_variant_of_pace_opens_a_chip "
            "test_pace_worked_examples::test_the_whole_run_on_the_wire"),
        Row("§4.4.2", "failed attempts, the last try of a CAN",
            "protocols/pace protocols/session protocols/misreadings",
            "test_pace_variants::test_the_last_try_of_a_card_access_number_is_never_used "
            "test_access_choice::test_a_chip_is_told_only_so_many_wrong_keys"),
        Row("§4.4.3.3, B.2, G, H", "generic and integrated mapping",
            "protocols/nonce_mapping arithmetic/point_encoding",
            "test_pace_worked_examples::test_generic_mapping_on_both_sides "
            "test_pace_worked_examples::test_integrated_mapping"),
        Row("§4.4.3.4", "authentication tokens", "protocols/pace",
            "test_pace_worked_examples::test_session_keys_and_tokens"),
        Row("§4.4.3.5, I", "chip authentication mapping", "protocols/chip_mapping",
            "test_pace_worked_examples::test_chip_authentication_mapping "
            "test_chip_mapping::test_the_genuine_chip_is_proven_in_every_run"),
        Row("§5.1", "passive authentication", "pki/authentication pki/chain pki/signatures",
            "test_passive_authentication::test_with_revocation_lists_every_check_passes "
            "test_wire_faults::test_a_document_with_a_fault_ends_in_the_finding_that_names_it"),
        Row("§6.1, F", "active authentication", "protocols/active_authentication pki/message_recovery",
            "test_wire_proofs::test_a_chip_signs_with_every_kind_of_key "
            "test_active_authentication::test_the_worked_example_of_appendix_f"),
        Row("§6.2", "chip authentication", "protocols/chip_authentication protocols/chip_key",
            "test_wire_proofs::test_a_chip_proves_itself_by_every_kind_of_key "
            "test_wire_faults::test_a_copy_fails_every_proof"),
        Row("§7.1, K", "terminal authentication, EF.CVCA",
            "protocols/terminal_authentication pki/terminal pki/terminal_key",
            "test_wire_proofs::test_a_terminal_of_every_suite_reads_the_fingers "
            "test_terminal_authentication::test_what_the_signature_is_bound_to"),
        Row("§9.2.1 to §9.2.3", "PACEInfo, PACEDomainParameterInfo", "protocols/pace_offer lds",
            "test_access_choice::test_the_two_element_form_takes_the_parameters_stated_aside "
            "test_pace_variants::test_what_the_standard_does_not_name_is_not_supported"),
        Row("§9.2.4 to §9.2.10", "the other SecurityInfos", "data_groups/security_infos protocols/chip_key",
            "data_groups/test_contents::test_security_infos_are_told_by_kind"),
        Row("§9.2.11", "the unsigned EF.CardAccess against DG14", "protocols/session",
            "test_access_choice::test_a_better_offer_in_the_signed_data_group_was_hidden_by_someone"),
        Row("§9.3", "extended length, command chaining", "card/apdu card/capabilities",
            "test_wire_access::test_a_chip_without_extended_length_takes_the_same_in_pieces "
            "test_wire_format::test_a_chained_command_is_whole_again_when_its_pieces_are_joined"),
        Row("§9.4", "public key data objects", "arithmetic/agreement pki/card_verifiable",
            "test_key_agreement::test_what_is_no_element_of_the_group_is_refused"),
        Row("§9.5", "domain parameters", "arithmetic/domain_parameters arithmetic/groups",
            "test_pace_worked_examples::test_domain_parameters "
            "test_pace_variants::test_the_variants_are_all_that_the_standard_names"),
        Row("§9.6", "key agreement", "arithmetic/agreement arithmetic/curves arithmetic/projective",
            "test_pace_worked_examples::test_key_agreement_on_both_sides "
            "test_key_agreement::test_plain_python_and_openssl_multiply_alike"),
        Row("§9.7", "key derivation", "protocols/access",
            "test_pace_worked_examples::test_the_password_key "
            "test_worked_examples::test_mrz_information_and_static_keys"),
        Row("§9.8, D.4", "secure messaging", "card/messaging",
            "test_worked_examples::test_secure_messaging_3des "
            "test_wire_format::test_what_the_chip_protects_is_what_the_reader_gets "
            "test_wire_faults::test_a_session_dropped_at_any_command_is_made_good_or_told_of"),
    ),
    "Doc 9303-12": (
        Row("§4.1, table 1", "lifetimes: signed while it was allowed", "pki/validity",
            "pki/test_validity::test_the_signing_time_lies_within_the_signers_validity_and_the_past"),
        Row("§4.1.6", "algorithms", "pki/signatures pki/keys pki/policy",
            "pki/test_algorithms::test_every_hash_under_every_kind_of_signature"),
        Row("§5.1", "the Public Key Directory, as LDIF", "pki/directory",
            "pki/test_trust_store::test_a_directory_is_believed_as_far_as_it_is_signed_inside"),
        Row("§6.1", "trust anchors, links, validation of paths and lists", "pki/trust pki/register pki/chain",
            "pki/test_trust_store::test_a_link_certificate_leads_from_the_old_key_to_the_new_and_never_back "
            "pki/test_trust_store::test_every_certificate_of_the_german_list_is_read_and_none_is_signed_wrongly"),
        Row("§7.1.1", "certificate profiles", "pki/certificate pki/chain",
            "pki/test_trust_store::test_a_critical_extension_nobody_understands_leaves_the_chain_undetermined "
            "test_passive_authentication::test_every_certificate_of_the_german_list_has_a_usable_key"),
        Row("§7.1.4", "revocation lists", "pki/revocation",
            "test_passive_authentication::test_a_withdrawn_signer_is_found "
            "pki/test_trust_store::test_an_incomplete_list_clears_nobody"),
        Row("§7.2", "card-verifiable certificates", "pki/card_verifiable",
            "test_card_verifiable::test_the_reference_chain_is_verified"),
        Row("§9", "CSCA master lists", "pki/trust pki/signed_data",
            "test_passive_authentication::test_a_list_is_refused_unless_its_signer_stands_under_a_given_root"),
        Row("§10", "deviation lists", "pki/known_deviations pki/leniency",
            "pki/test_deviations::test_a_list_is_used_only_when_its_state_signed_it_for_that_purpose"),
    ),
    "BSI TR-03110": (
        Row("-1 §2.4", "advanced inspection procedure", "reading",
            "test_wire_proofs::test_a_terminal_reads_the_fingers_over_every_wire"),
        Row("-1 §2.5, -3 C, D", "CVCA, DV and IS certificates", "pki/card_verifiable pki/terminal",
            "test_card_verifiable::test_a_terminal_finds_the_shortest_chain_from_either_country_key"),
        Row("-1 §3.4", "chip authentication version 1", "protocols/chip_authentication",
            "test_wire_proofs::test_a_chip_proves_one_of_its_keys_over_every_wire"),
        Row("-1 §3.5, -3 B.3", "terminal authentication version 1", "protocols/terminal_authentication reading",
            "test_wire_proofs::test_a_session_dropped_among_the_fingers_is_proven_anew"),
        Row("-3 A.2.1.1", "standardised domain parameters", "arithmetic/domain_parameters",
            "test_key_agreement::test_other_identifiers_stand_for_nothing"),
        Row("-3 A.7", "signatures of terminals, keys in PKCS #11 tokens", "pki/signature_scheme pki/terminal_token",
            "test_terminal_key::test_a_token_signs_by_every_scheme "
            "test_terminal_key::test_a_file_signs_by_every_scheme"),
    ),
    "Others": (
        Row("BSI TR-03129-2 §7", "defect lists", "pki/known_deviations",
            "pki/test_deviations::test_defects_an_inspecting_authority_knows_of"),
        Row("BSI TR-03135", "outcomes", "document",
            "test_commands::test_inspect_verifies_a_folder"),
        Row("ISO/IEC 7816-4 §5, 8825-1", "BER-TLV, commands, responses", "tlv card/apdu",
            "test_hostile_bytes::test_hostile_lengths_and_tags_are_refused "
            "test_wire_format::test_commands_short_and_extended"),
        Row("PC/SC part 5", "a reader's driver", "card/pcsc",
            "test_over_the_wire::test_a_chip_torn_away_is_lost_and_reads_well_when_laid_again "
            "test_pcsc::test_an_answer_that_never_comes_whole_is_a_lost_card"),
        Row("vsmartcard", "the protocol of vpcd", "card/vpcd",
            "test_vpcd::test_a_card_that_garbles_or_withholds_its_atr_is_lost"),
        Row("none", "leniency, and what it notes", "deviations",
            "data_groups/test_deviations::test_a_liberty_taken_with_a_file_is_told_by_its_code"),
        Row("none", "the commands", "__main__ command_input command_output",
            "test_commands::test_read_reads_a_chip "
            "test_commands::test_unusable_arguments_end_in_one_line_that_says_why"),
    ),
}  # fmt: skip
"""Section numbers are those of the eighth edition of Doc 9303."""


def written() -> str:
    lines = [
        "# Clauses, modules, tests",
        "",
        "Which module of `passport_reader` implements which clause, and which test below `tests/passport_reader` shows",
        "it. Section numbers are those of the eighth edition of Doc 9303. Made by `python -m tests.passport_matrix`",
        "from the table in `tests/passport_matrix.py`.",
    ]
    for standard, rows in STANDARDS.items():
        lines += ["", f"## {standard}", "", "| clause | subject | modules | shown by |", "|---|---|---|---|"]
        lines += [f"| {row.clause} | {row.subject} | {_listed(row.modules)} | {_listed(row.tests)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _listed(names: str) -> str:
    return "<br>".join(f"`{name}`" for name in names.split())


if __name__ == "__main__":
    sys.stdout.write(written())
