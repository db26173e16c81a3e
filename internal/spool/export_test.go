package spool

import (
	"os"

	"github.com/doithoai/doithoai/bot"
)

// Parse returns the messages of a file that are not done, in how many places it
// cannot be read, and where a torn tail begins.
func Parse(b []byte) (messages []bot.Message, bad, end int) {
	in := parse(b)
	for _, m := range in.messages {
		messages = append(messages, m.Message)
	}
	return messages, in.bad, in.end
}

// Encode returns the frame of a message.
func Encode(m bot.Message) ([]byte, error) { return encodeMessage(spooled{Message: m}) }

// Frame returns the frame of a body, whatever it is.
func Frame(body string) []byte { return appendFrame(nil, []byte(body)) }

// BreakFile closes the file appended to, so that nothing can be written to it.
func (s *Spool) BreakFile() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active.file.Close()
}

// WriteTo makes another file the one appended to.
func (s *Spool) WriteTo(f *os.File) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.active.file
	s.active.file = f
	return old.Close()
}
