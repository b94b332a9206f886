"""The twelve ledgers (台账): how one is described (`frame`), which there are (`catalogue`), the file (`workbook`)."""
