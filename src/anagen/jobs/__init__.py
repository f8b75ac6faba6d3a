"""Long work outside of a page: asked for, watched, cancelled, and gone on with after a restart.

asking     a row of the job table says everything; a queue file wakes the worker with its id
worker     one process, which starts another for each job, so that what a job takes is given
           back when it is done
memory     what a job has worked out so far is kept with it; a job that was cut off at any
           moment goes on from there and comes to the same result as one that was not
"""
