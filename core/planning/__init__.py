"""Pure functions on frozen data: netting, packs, feasibility, why."""
