# SPDX-License-Identifier: Apache-2.0
"""The driver against systems that behave, fail, hang and leave processes behind.

Run: python3 -m unittest discover -s Benchmarks/tests
"""
from __future__ import annotations

import os
import struct
import sys
import tempfile
import time
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHMARKS))
sys.dont_write_bytecode = True

from bench import catalog, document, footprint, parsers, process, report, targets  # noqa: E402
from bench.runner import Cell, Row, Runner, Settings  # noqa: E402
from bench.systems import CLOISTER, NATIVE, System  # noqa: E402

SETTINGS = Settings(rounds=2, peer_rounds=1, budget_ms=1, rows=100, scale=1, timeout=3)
ECHO = catalog.Benchmark((catalog.Measure("probe", targets.at_most(0.5)),), ("/bin/echo", "probe", "10", "ns"), "test")


def run_echo(*prefix: str) -> Row:
    systems = [System(NATIVE, (), "/nowhere", ""), System(CLOISTER, prefix, "/nowhere", "")]
    runner = Runner(systems, SETTINGS, Path("/"), Path("/"), Path("/nowhere"), lambda text: None)
    return runner.run(ECHO)[0]


class TargetTests(unittest.TestCase):
    def test_limits_are_closed_ranges(self) -> None:
        self.assertTrue(targets.at_most(0.5).met(0.5))
        self.assertFalse(targets.at_most(0.5).met(0.51))
        self.assertFalse(targets.at_least(4).met(3.9))
        self.assertTrue(targets.between(0.97, 1.03).met(1.0))
        self.assertFalse(targets.between(0.97, 1.03).met(0.9))


class CatalogTests(unittest.TestCase):
    def test_names_are_unique_and_all_have_a_target(self) -> None:
        measures = [measure for benchmark in catalog.all_benchmarks() for measure in benchmark.measures]
        self.assertEqual(len({measure.name for measure in measures}), len(measures))
        self.assertTrue(all(measure.target for measure in measures))

    def test_a_filter_matches_names_and_groups(self) -> None:
        self.assertEqual([b.measures[0].name for b in catalog.select(["null-raw"])], ["null-raw"])
        self.assertTrue(all(b.group == "channels" for b in catalog.select(["channels"])))
        self.assertEqual(catalog.select(["no such thing"]), [])


class ParserTests(unittest.TestCase):
    def test_reads_lines_and_refuses_others(self) -> None:
        self.assertEqual(parsers.lines("a 1.5 ns\nb 2 ms\n"), {"a": (1.5, "ns"), "b": (2.0, "ms")})
        for bad in ("a 1.5", "a x ns", "Segmentation fault"):
            with self.assertRaises(parsers.UnreadableOutput):
                parsers.lines(bad)

    def test_reads_openssl_speed(self) -> None:
        self.assertEqual(parsers.openssl("x")("+H:16384\n+F:25:AES-256-GCM:4000000.00\n"), {"x": (4.0, "MB/s")})


class RatioTests(unittest.TestCase):
    def test_pairs_rounds_so_that_a_slow_phase_of_the_machine_cancels_out(self) -> None:
        cells = {NATIVE: Cell({0: 10, 1: 100, 2: 10}), CLOISTER: Cell({0: 5, 1: 50, 2: 5})}
        self.assertEqual(Row(catalog.Measure("x"), "", cells).ratio(CLOISTER), 0.5)

    def test_the_geometric_mean_counts_throughput_inverted_and_leaves_out_absolute_limits(self) -> None:
        def row(measure: catalog.Measure, native: float, other: float) -> Row:
            return Row(measure, "", {NATIVE: Cell({0: native}), CLOISTER: Cell({0: other})})
        made = report.Report({}, [NATIVE, CLOISTER], [
            row(catalog.Measure("time"), 10, 5),
            row(catalog.Measure("throughput", higher_is_better=True), 10, 20),
            row(catalog.Measure("start", targets.value_at_most(40, "ms")), 1, 30)])
        mean = made.geometric_mean(CLOISTER)
        assert mean is not None
        self.assertAlmostEqual(mean[0], 0.5)
        self.assertEqual(mean[1], 2)


class RunnerTests(unittest.TestCase):
    def test_a_system_that_works_is_compared(self) -> None:
        row = run_echo("env", "--")
        self.assertEqual(row.ratio(CLOISTER), 1.0)
        self.assertIs(row.verdict(CLOISTER), False)

    def test_a_system_that_fails_is_named_and_native_goes_on(self) -> None:
        for prefix, reason in ((("false",), "exit 1"), (("/no/such/system",), "No such file"),
                               (("sh", "-c", "echo nonsense here"), "unexpected line")):
            row = run_echo(*prefix)
            self.assertIn(reason, row.cells[CLOISTER].failure)
            self.assertEqual(len(row.cells[NATIVE].samples), 2)
            self.assertIsNone(row.verdict(CLOISTER))
            self.assertEqual(report.format_cell(row.cells[CLOISTER]), "failed")

    def test_a_system_that_hangs_is_ended_with_all_its_processes(self) -> None:
        start = time.monotonic()
        row = run_echo("sh", "-c", "setsid sleep 77 & sleep 77 & wait")
        self.assertIn("no end within", row.cells[CLOISTER].failure)
        self.assertLess(time.monotonic() - start, 8)
        self.assertEqual(process.descendants(os.getpid()), [])

    def test_a_process_left_behind_is_counted_and_ended(self) -> None:
        process.become_subreaper()
        result = process.run(["sh", "-c", "setsid sleep 78 >/dev/null 2>&1 & exit 0"], 5)
        self.assertEqual(result.left_behind, 1)
        self.assertEqual(process.descendants(os.getpid()), [])

    def test_exit_status_77_is_a_skip(self) -> None:
        row = run_echo("sh", "-c", "echo too few >&2; exit 77")
        self.assertEqual(row.cells[CLOISTER].skipped, "too few")


class FootprintTests(unittest.TestCase):
    def test_counts_allocated_sections_that_are_not_writable(self) -> None:
        header = bytearray(64)
        header[:4] = b"\x7fELF"
        struct.pack_into("<Q", header, 0x28, 64)
        struct.pack_into("<HH", header, 0x3A, 64, 3)
        sections = [struct.pack("<IIQQQQIIQQ", 0, 1, flags, 0, 0, size, 0, 0, 0, 0)
                    for flags, size in ((2 | 4, 1000), (2, 200), (2 | 1, 5000))]
        self.assertEqual(footprint.text_bytes(bytes(header) + b"".join(sections)), 1200)
        with self.assertRaises(IndexError):
            footprint.text_bytes(b"not an ELF file")


class DocumentTests(unittest.TestCase):
    def test_replaces_only_what_is_between_the_marks(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "doc.md"
            path.write_text(f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n", encoding="utf-8")
            document.write_figures(path, "new")
            document.write_figures(path, "newer")
            text = path.read_text(encoding="utf-8")
            self.assertIn("newer", text)
            self.assertNotIn("old", text)
            self.assertTrue(text.startswith("before") and text.endswith("after\n"))
            path.write_text("no marks", encoding="utf-8")
            with self.assertRaises(document.MarksMissing):
                document.write_figures(path, "new")


if __name__ == "__main__":
    unittest.main()
