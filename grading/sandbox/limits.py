"""What one submission may use."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission; sizes in bytes, times in seconds of CPU time.

    * `cell_seconds`, `submission_seconds`: CPU time of one cell, and of everything
      together; each may take `wall_factor` times as long on the clock.
    * `memory`: what all its processes together may add to the warm process.
    * `processes`: processes and threads at one time.
    * `open_files`, `file_bytes`: for each process and each file.
    * `folder_bytes`: all that is written to the temporary folder, kept in memory.
    * `text_length`: characters kept of what one cell prints, and of its last value.
    * `figures`, `figure_bytes`: kept for each cell, and the size of each.
    * `output_bytes`: outputs kept of all cells together.
    * `reply_bytes`: arrays in one reply, outputs included.
    """

    cell_seconds: float = 20.0
    submission_seconds: float = 180.0
    wall_factor: float = 10.0
    memory: int = 2048 * MEBIBYTE
    processes: int = 64
    open_files: int = 128
    file_bytes: int = 128 * MEBIBYTE
    folder_bytes: int = 256 * MEBIBYTE
    text_length: int = 20_000
    figures: int = 10
    figure_bytes: int = 1 * MEBIBYTE
    output_bytes: int = 8 * MEBIBYTE
    reply_bytes: int = 256 * MEBIBYTE
