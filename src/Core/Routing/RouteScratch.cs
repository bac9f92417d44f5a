namespace Eventide;

/// <summary>The candidate lists of one lookup, and how far each has been read.</summary>
internal sealed class RouteScratch
{
    public int[][] Lists { get; private set; } = new int[4][];

    public int[] Positions { get; private set; } = new int[4];

    public void EnsureCapacity(int count)
    {
        if (Lists.Length < count)
        {
            Lists = new int[count][];
            Positions = new int[count];
        }
    }
}
