package trace

import "encoding/hex"

// IDOf is a trace id as it goes over the wire.
func IDOf(b []byte) string { return hex.EncodeToString(b) }
