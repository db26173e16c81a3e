package zalooa

import "context"

// Tick is one look of Run's at the tokens.
func (c *Channel) Tick(ctx context.Context) error { return c.keeper.tick(ctx) }

// Ready reports whether p is the pair in use.
func (c *Channel) Ready(p Pair) bool { return c.keeper.current().Same(p) }
