"""One packet there and its answer back, hop by hop, with everything that stands in its way."""
