"""Loading what another system exported: any file of any size, row by row, each one taken, known already or refused.

A file is read once and its rows are copied into a staging table, where those that belong together find each other
(`staging`). From there they are written in batches, each in a short transaction of its own (`running`).
"""
