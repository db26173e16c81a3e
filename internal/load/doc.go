// Package load measures what the whole way of a message costs: load, decide,
// save, send, settle, on each engine, beside a bare handler that makes three
// plain trips to the same Redis with the same bytes. `make bench` runs it;
// folder asynq measures a task queue library in the place of the outbox.
//
// BenchmarkOAWebhook measures the front door of the whole program instead: how
// long Zalo, which gives up after two seconds, waits for its 200 while events
// come at a steady rate (-oarate) and Redis is well, killed and started again, or
// frozen. It tells the median, the 99th percentile and the longest wait, and fails
// if an event gets another answer, or if one that got it is never answered.
//
// All else is told in messages a second and in the median, 99th and
// 99.9th percentile of the time from the arrival of a message to the end of its
// acknowledged send. The machine that makes the load is the one that bears it, so
// figures compare engines with each other rather than with the world.
package load
