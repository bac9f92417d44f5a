namespace Orders;

public sealed class WarehouseBusyException(string message) : Exception(message);
