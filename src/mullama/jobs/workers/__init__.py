"""The ways to do one thing with many items: here, in threads, in processes, on a Ray cluster.

Each makes of a `Work` a mapper: items go in, as there is room for them, and results come out as soon
as they are there. What the results are does not depend on the way.
"""

from mullama.jobs.workers.local import here, threads
from mullama.jobs.workers.process_pool import processes
from mullama.jobs.workers.ray_data import ray
from mullama.jobs.workers.work import JobError, Mapper, Work

__all__ = ["JobError", "Mapper", "Work", "here", "processes", "ray", "threads"]
