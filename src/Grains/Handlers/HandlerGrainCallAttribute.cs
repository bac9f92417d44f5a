using System.ComponentModel;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Has calls of <see cref="IHandlerGrain"/> run as <see cref="HandlerGrainRequest{TResult}"/>. For Eventide's own use.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Method)]
[InvokableBaseType(typeof(GrainReference), typeof(Task<>), typeof(HandlerGrainRequest<>))]
public sealed class HandlerGrainCallAttribute : Attribute;
