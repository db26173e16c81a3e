package webchat

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/doithoai/doithoai/bot"
)

// shown is a picture or the like as the page gets it.
type shown struct {
	As      string `json:"as"`                // "image", "audio", "video", "file", or "words": nothing but Text
	Address string `json:"address,omitempty"` // from the page's own folder
	Text    string `json:"text,omitempty"`    // what it shows, or its name
}

// show finds where a is. What is gone for good, or has no copy, is told in words.
func (h *Handler) show(ctx context.Context, a bot.Attachment) (shown, error) {
	words := shown{As: "words", Text: a.Text}
	if words.Text == "" {
		words.Text = a.Name
	}
	if h.media == nil || a.Key == "" {
		return words, nil
	}
	address, kind, err := h.media.URL(ctx, a.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return words, nil
	}
	if err != nil {
		return shown{}, err
	}
	words.As, words.Address = as(kind), strings.TrimPrefix(address, "/")
	return words, nil
}

// as says how a page shows a media type.
func as(kind string) string {
	switch family, _, _ := strings.Cut(kind, "/"); family {
	case "image", "audio", "video":
		return family
	}
	return "file"
}
