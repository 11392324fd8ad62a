"""The frozen records that cross stages and touch disk. They hold data and rules about data, no work."""
