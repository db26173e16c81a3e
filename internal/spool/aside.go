package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/doithoai/doithoai/bot"
)

// setAside moves a message that cannot be taken to the poison file of the day.
func (s *Spool) setAside(m spooled, reason error) error {
	m.reason = reason.Error()
	frame, err := encodeMessage(m)
	if err != nil {
		return err
	}
	name := poisonPrefix + s.options.Now().UTC().Format("20060102") + segmentSuffix
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("set message aside: %w", err)
	}
	_, err = f.Write(frame) // half a frame before it would only be skipped
	if err := errors.Join(err, f.Sync(), f.Close(), syncDir(s.dir)); err != nil {
		return fmt.Errorf("set message aside: %w", err)
	}
	s.options.Log.Error("message set aside that cannot be taken", "channel", m.Chat.Channel, "kind", m.Kind, "reason", m.reason, "file", name)
	return nil
}

// ReadFile shows every message in a file of a spool that is not marked as
// done, in order, until show returns an error, which it returns. The file may
// be damaged, set aside or in use; it is not changed. If something in it cannot
// be read, the rest is shown and the error is [DamagedError].
func ReadFile(path string, show func(bot.Message) error) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read spool file: %w", err)
	}
	in := parse(b)
	for _, m := range in.messages {
		if err := show(m.Message); err != nil {
			return err
		}
	}
	if in.bad > 0 {
		return &DamagedError{path, in.bad}
	}
	return nil
}
