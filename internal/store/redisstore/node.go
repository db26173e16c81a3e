package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/trouble"
)

// budget is how long things may take. By default the client waits for five
// seconds and tries four times: a server that hangs would hold every webhook
// for 20 s.
type budget struct {
	dial time.Duration // until a connection stands
	io   time.Duration // until an answer is there
	pool time.Duration // until a connection is free
	// patience is how long a call is repeated while the servers put it off, if
	// its caller sets no deadline that is nearer.
	patience time.Duration
}

func defaultBudget() budget {
	return budget{dial: 300 * time.Millisecond, io: 400 * time.Millisecond, pool: 200 * time.Millisecond, patience: 700 * time.Millisecond}
}

// look is the longest that asking after the servers may take.
func (b budget) look() time.Duration { return b.dial + b.io + b.patience }

const (
	poolSize   = 64       // calls to one node at a time
	bufferSize = 16 << 10 // of a connection, each way: a question to all shards just fits
)

// node is one server. Its breaker opens at the first failure of the network;
// from then on calls fail at once, until the keeper has got an answer again.
type node struct {
	addr string

	mu        sync.Mutex
	client    *redis.Client
	down      error        // why the breaker is open; nil while it is closed
	refusal   trouble.Code // why it takes nothing though it answers; empty if it does
	refusedAt time.Time
}

// use returns the client, or why there is none.
func (n *node) use() (*redis.Client, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.client, n.down
}

// fail opens the breaker and reports whether it was closed. A client that has
// been replaced since says nothing about today.
func (n *node) fail(client *redis.Client, cause error) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.client != client {
		return false
	}
	was := n.down == nil
	n.down = cause
	return was
}

// recover closes the breaker and returns the client used until now: its
// connections may still lead to what did not answer.
func (n *node) recover(client *redis.Client) (old *redis.Client) {
	n.mu.Lock()
	defer n.mu.Unlock()
	old, n.client, n.down = n.client, client, nil
	return old
}

// connector makes clients that all end with the store.
type connector struct {
	target target
	budget budget
	hook   redis.Hook // sees every command; for tests
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}

// newConnector returns a connector whose dials end with life: the client dials
// in goroutines of its own, which may outlive the call they were for.
func newConnector(life context.Context, t target, b budget, hook redis.Hook) *connector {
	dialer := &net.Dialer{Timeout: b.dial}
	connect := dialer.DialContext
	if t.tls != nil {
		connect = (&tls.Dialer{NetDialer: dialer, Config: t.tls}).DialContext
	}
	return &connector{target: t, budget: b, hook: hook, dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(life, cancel)()
		return connect(ctx, network, addr)
	}}
}

// client returns a client of one server. It makes no connection yet and tries
// nothing again: that is call.go's business.
func (c *connector) client(addr string) *redis.Client {
	client := redis.NewClient(c.options(addr))
	if c.hook != nil {
		client.AddHook(c.hook)
	}
	return client
}

func (c *connector) options(addr string) *redis.Options {
	return &redis.Options{
		Addr:                  addr,
		Dialer:                c.dial,
		Protocol:              2, // no push messages to look for at every answer
		Username:              c.target.user,
		Password:              c.target.password,
		DB:                    c.target.db,
		MaxRetries:            -1,
		DialTimeout:           c.budget.dial,
		DialerRetries:         1,
		ReadTimeout:           c.budget.io,
		WriteTimeout:          c.budget.io,
		ContextTimeoutEnabled: true,
		PoolSize:              poolSize,
		ReadBufferSize:        bufferSize,
		WriteBufferSize:       bufferSize,
		PoolTimeout:           c.budget.pool,
		PipelinePoolSize:      -1,
		DisableIdentity:       true,
	}
}

// isNetwork reports whether err comes from the way to the server or from its
// silence, and not from what it said.
func isNetwork(err error) bool {
	var said redis.Error
	return err != nil && !errors.As(err, &said)
}

// isTimeout reports whether a server did not answer in time.
func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout() || errors.Is(err, redis.ErrPoolTimeout)
}
