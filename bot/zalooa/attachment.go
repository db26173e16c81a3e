package zalooa

import (
	"strings"

	"github.com/doithoai/doithoai/bot"
)

// maxAttachments of one message are told further, and maxSource bytes of an address.
const (
	maxAttachments = 10
	maxSource      = 2048
	maxName        = 200 // characters of a file's name or a link's title
)

// attachmentsOf tells what came, by the name of the event: a business card, for
// one, comes dressed as a link.
func attachmentsOf(e event) []bot.Attachment {
	kind := attachmentKind(strings.TrimPrefix(e.Name, fromUser))
	raw := e.Message.Attachments
	if len(raw) == 0 {
		raw = []attachment{{}} // it says that something came, if not what
	}
	var out []bot.Attachment
	for _, a := range raw[:min(len(raw), maxAttachments)] {
		out = append(out, a.as(kind))
	}
	return out
}

func attachmentKind(event string) bot.AttachmentKind {
	switch event {
	case "image", "gif":
		return bot.AttachPhoto
	case "audio":
		return bot.AttachVoice
	case "video":
		return bot.AttachVideo
	case "file":
		return bot.AttachFile
	case "sticker":
		return bot.AttachSticker
	case "location":
		return bot.AttachLocation
	case "business_card":
		return bot.AttachContact
	default: // a link, and what Zalo invents next
		return bot.AttachOther
	}
}

func (a attachment) as(kind bot.AttachmentKind) bot.Attachment {
	p, out := a.Payload, bot.Attachment{Kind: kind}
	switch kind {
	case bot.AttachContact: // what stands on a card is not kept
		return out
	case bot.AttachLocation:
		out.Latitude, out.Longitude = p.Coordinates.Latitude.float(), p.Coordinates.Longitude.float()
		return out
	case bot.AttachFile:
		out.Name, out.Type, out.Size = cut(bot.Clean(p.Name), maxName), cut(bot.Clean(p.Type), 100), max(0, int64(p.Size.float()))
	case bot.AttachOther:
		out.Text = cut(bot.Clean(p.Description), maxName)
	}
	if len(p.URL) <= maxSource {
		out.Source = strings.ToValidUTF8(p.URL, "")
	}
	return out
}

// cut shortens a text to at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
