// Package doctor looks at what a service stands on – clock, disks, store,
// settings, base, desks, public address – and tells what it found as a
// [trouble.Finding] each. It changes nothing, and no look takes longer than
// [ProbeTime].
//
// «doithoai doctor» looks at everything once; the running program looks at
// what may go wrong by itself every now and then, and tells the same findings
// at /readyz. What is looked at with which settings is wired in internal/app;
// what platforms tell of their accounts is asked in the packages of the channels.
package doctor
