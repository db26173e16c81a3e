package zalooa

import "context"

// Tick is one look of Run's at the tokens.
func (c *Channel) Tick(ctx context.Context) error { return c.keeper.tick(ctx) }
