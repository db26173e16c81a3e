package boltstore

import (
	"context"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
)

// step is one atomic piece of writing: run, inside the transaction of a commit,
// or alone, between two of them. run is called again in another transaction if
// a neighbour spoilt the first; wrote says whether there is anything to commit.
type step struct {
	ctx   context.Context // of the caller, who may give up while the step is queued
	run   func(tx *bbolt.Tx) (wrote bool, err error)
	alone func() error
	done  chan error // buffered, gets exactly one value
}

// write runs a step inside the next commit and waits for that, or until ctx
// ends; then the step may still happen.
func (s *Store) write(ctx context.Context, run func(tx *bbolt.Tx) (wrote bool, err error)) error {
	return s.enqueue(step{ctx: ctx, run: run, done: make(chan error, 1)})
}

func (s *Store) enqueue(st step) error {
	if err := st.ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return exchange.ErrClosed
	}
	s.queued = append(s.queued, st)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // awake already
	}
	select {
	case err := <-st.done:
		return err
	case <-st.ctx.Done():
		return st.ctx.Err()
	}
}

// commitLoop is the only writer. It commits whatever queued up during its last
// commit, until ctx ends and nothing is queued any more.
func (s *Store) commitLoop(ctx context.Context) {
	for {
		for batch := s.take(); len(batch) > 0; batch = s.take() {
			s.commit(batch)
		}
		if ctx.Err() != nil {
			return // nothing can be queued any more: the store was marked as closed before
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
		}
	}
}

// take returns the steps of the next commit in the order they came, without
// those whose caller has gone; or one step that runs alone.
func (s *Store) take() (batch []step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queued) > 0 && len(batch) < s.options.maxBatch {
		st := s.queued[0]
		if st.alone != nil && len(batch) > 0 {
			break
		}
		s.queued[0] = step{}
		s.queued = s.queued[1:]
		if err := st.ctx.Err(); err != nil {
			st.done <- err
			continue
		}
		batch = append(batch, st)
		if st.alone != nil {
			break
		}
	}
	return batch
}

// commit runs the steps in one transaction and answers each of them. A fault
// in one step ends that step: the transaction is given up and the others run
// again in a new one.
func (s *Store) commit(batch []step) {
	if len(batch) == 1 && batch[0].alone != nil {
		batch[0].done <- batch[0].alone()
		return
	}
	for len(batch) > 0 {
		bad, err := s.try(batch)
		if err == nil {
			return
		}
		if bad < 0 { // the commit itself: nobody's step happened, as far as is known
			for _, st := range batch {
				st.done <- err
			}
			return
		}
		batch[bad].done <- err
		batch = append(batch[:bad:bad], batch[bad+1:]...)
	}
}

// try runs the steps and, if all succeeded, answers them. Otherwise nobody is
// answered, and bad is the step that failed or −1.
func (s *Store) try(batch []step) (bad int, err error) {
	bad = -1
	defer recoverDamage(s.path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	tx, err := s.db.Begin(true)
	if err != nil {
		return -1, err
	}
	defer func() {
		if v := recover(); v != nil {
			_ = tx.Rollback() // what was found matters more
			panic(v)
		}
	}()
	wrote := false
	for i, st := range batch {
		bad = i
		w, err := st.run(tx)
		if err != nil {
			_ = tx.Rollback() // only ever fails on a finished transaction
			return i, err
		}
		wrote = wrote || w
	}
	bad = -1
	if wrote {
		err = tx.Commit()
		s.noteRoom(err)
	} else {
		err = tx.Rollback()
	}
	if err != nil {
		return -1, err
	}
	for _, st := range batch {
		st.done <- nil
	}
	return -1, nil
}
