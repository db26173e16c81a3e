package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
)

// ledger is what the store holds at the end.
type ledger struct {
	at      time.Time
	clock   hurried                    // of what was decided
	cases   map[string]escalation.Case // by code; Next is on the store's clock
	waiting int                        // letters and messages that have not arrived
	dead    []record.Dead
}

// settleCases waits until nothing is on its way any more and the clocks of all
// cases strike later, and returns what the store holds then.
func (r *run) settleCases(ctx context.Context) (l ledger, err error) {
	deadline := time.Now().Add(settleWait)
	for quiet, before := 0, -1; quiet < 3 && time.Now().Before(deadline) && ctx.Err() == nil; {
		Wait(ctx, time.Second)
		l, err = r.read(ctx) // an error now may be the last of the faults
		now := r.platform.arrived()
		if err == nil && l.waiting == 0 && now == before {
			quiet++
		} else {
			quiet = 0
		}
		before = now
	}
	return l, err
}

// read reads the store as an operator's command would.
func (r *run) read(ctx context.Context) (_ ledger, err error) {
	settings, err := r.replicas[0].plan.settings()
	if err != nil {
		return ledger{}, err
	}
	store, err := app.Operate(ctx, settings, slog.New(slog.DiscardHandler))
	if err != nil {
		return ledger{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	l := ledger{at: time.Now(), clock: hurried{began: r.replicas[0].plan.Began}, cases: map[string]escalation.Case{}}
	err = store.Export(ctx, l.enter)
	if err != nil {
		return l, fmt.Errorf("read the store: %w", err)
	}
	for code := range l.cases {
		if _, err := store.FindCase(ctx, code); err != nil {
			return l, fmt.Errorf("find case %s: %w", code, err)
		}
	}
	return l, nil
}

func (l *ledger) enter(item record.Item) error {
	switch item.Kind {
	case record.ItemLetter, record.ItemDelivery:
		l.waiting++
	case record.ItemDead:
		d, err := record.DecodeDead(item.Value)
		l.dead = append(l.dead, d)
		return err
	case record.ItemCase:
		stored, err := record.DecodeCase(item.Value)
		if err != nil || escalation.IsBook(stored) {
			return err
		}
		l.cases[stored.Code], err = escalation.FromRecord(stored)
		return err
	}
	return nil
}

// said returns the case in which an officer or resident said something with a
// token, and how often.
func (l *ledger) said(token string) (c escalation.Case, said escalation.Said, times int) {
	for _, k := range l.cases {
		for _, s := range k.Said {
			if strings.Contains(s.Text, token) {
				c, said = k, s
				times++
			}
		}
	}
	return c, said, times
}

// history counts the lines of all logs: how much of what can happen did.
func (l *ledger) history() string {
	lines := map[string]int{}
	for _, c := range l.cases {
		for _, e := range c.Log {
			what := string(e.What)
			if e.What == escalation.Struck || e.What == escalation.Ended {
				what = e.Note
			}
			lines[what]++
		}
	}
	var all []string
	for _, what := range slices.Sorted(maps.Keys(lines)) {
		all = append(all, fmt.Sprint(what, " ", lines[what]))
	}
	return strings.Join(all, ", ")
}
