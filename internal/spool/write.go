package spool

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Bounds of one write, so that a caller in a flood still waits for few others.
const (
	maxBatch      = 1024
	maxBatchBytes = 4 << 20
)

// writeLoop is the only one that appends messages. It writes and syncs whatever
// queued up during its last sync, until ctx ends and nothing is queued any more.
func (s *Spool) writeLoop(ctx context.Context) {
	var hourly <-chan time.Time
	if s.options.KeepAside > 0 {
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		hourly = tick.C
	}
	for {
		for batch := s.dequeue(); len(batch) > 0; batch = s.dequeue() {
			s.write(batch)
		}
		if ctx.Err() != nil {
			return // nothing can be queued any more: the spool was marked as closed before
		}
		select {
		case <-s.wake:
		case <-hourly:
			s.sweepAside()
		case <-ctx.Done():
		}
	}
}

// dequeue returns the messages of the next write in the order they came,
// without those whose caller has gone and those there is no room for.
func (s *Spool) dequeue() (batch []*appending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := int64(0)
	for len(s.queued) > 0 && len(batch) < maxBatch && size < maxBatchBytes {
		a := s.queued[0]
		s.queued[0] = nil
		s.queued = s.queued[1:]
		n := int64(len(a.frame))
		switch err := a.ctx.Err(); {
		case err != nil:
			s.placed(a, err)
		case s.bytes+size+n > s.options.MaxBytes:
			if s.refused == 0 || n < s.refused || s.bytes+s.refused <= s.options.MaxBytes {
				s.refused = n
			}
			s.placed(a, ErrFull)
		default:
			batch = append(batch, a)
			size += n
		}
	}
	return batch
}

// write makes the batch durable and answers it.
func (s *Spool) write(batch []*appending) {
	seg, err := s.open()
	if err == nil {
		if err = s.put(seg, batch); err == nil {
			if err = seg.file.Sync(); err != nil {
				err = fmt.Errorf("sync spool file: %w", err)
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		err = s.full(err)
	} else {
		s.diskFull = time.Time{}
	}
	for _, a := range batch {
		if err == nil {
			l := s.line(a.chat)
			l.add(s.entry(seg, a.at, a.time))
			s.waiting++
			seg.waiting++
			s.offer(l)
		}
		s.placed(a, err)
	}
	if seg == nil {
		return
	}
	seg.writing = false
	if err != nil && s.active == seg {
		s.active = nil // what a file holds after a failed sync nobody knows
	}
	if seg.waiting == 0 {
		s.retire(seg)
	}
}

// open returns the segment to append to, begun if there is none with room.
func (s *Spool) open() (*segment, error) {
	s.mu.Lock()
	if seg := s.active; seg != nil && seg.size < s.options.SegmentBytes {
		seg.writing = true
		s.mu.Unlock()
		return seg, nil
	}
	s.last++
	number := s.last
	s.mu.Unlock()

	seg, err := createSegment(s.dir, number)
	if err != nil {
		return nil, err
	}
	seg.writing = true
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments[seg] = struct{}{}
	s.active = seg
	return seg, nil
}

// put writes the frames of the batch and notes where they lie.
func (s *Spool) put(seg *segment, batch []*appending) error {
	s.mu.Lock() // marks are written to the same file
	defer s.mu.Unlock()
	var frames []byte
	for _, a := range batch {
		from := int(seg.size) + len(frames)
		a.at = span{from, from + len(a.frame)}
		frames = append(frames, a.frame...)
	}
	if err := seg.add(frames); err != nil {
		return err
	}
	s.bytes += int64(len(frames))
	return nil
}

// mark notes in its segment that a message is done. It is not synced: after a
// power cut a message is handed on again, which is harmless.
func (s *Spool) mark(e entry) error {
	frame, err := encodeDone(int64(e.at.from))
	if err != nil {
		return err
	}
	if err := e.seg.add(frame); err != nil {
		return s.full(err)
	}
	s.bytes += int64(len(frame))
	e.seg.marked = true
	return nil
}

// syncMarks makes the marks written so far durable.
func (s *Spool) syncMarks() error {
	s.mu.Lock()
	var marked []*segment
	for seg := range s.segments {
		if seg.marked {
			seg.marked = false
			marked = append(marked, seg)
		}
	}
	s.mu.Unlock()
	var errs []error
	for _, seg := range marked {
		errs = append(errs, seg.file.Sync())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sync spool file: %w", err)
	}
	return nil
}
