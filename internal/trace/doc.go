// Package trace follows one message through everything it sets off.
//
// A message gets an id from what it is, [Of]: a keyed hash of its chat and of the
// platform's id of the update. A redelivery, another replica and a replay from the
// spool come to the same id without anybody keeping it, and it tells nobody who
// wrote. What a message leads to elsewhere – a delivery sent later, a letter to
// another chat – carries the id on.
//
// The id travels in the context. [Log] puts it on every line that is logged with
// one, so that an operator finds all of a message by one word. With a [Tracer] it
// is also the trace id of OpenTelemetry, and [Tracer.Start] opens spans under it;
// without one that costs nothing.
package trace
