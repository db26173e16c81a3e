package record

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"time"
)

// A backup is one gzip stream of a line of JSON that says what it is, and of
// frames:
//
//	uvarint   length n
//	n         an Item as JSON
//	4         CRC-32C of those n bytes, big endian
//
// The last frame is of the kind itemEnd and holds the number of items before
// it, so a file that was cut between two frames is not taken for a whole one.
// The version in the first line is the newest [Format] among them: that of the
// program that wrote it, whatever its store was at.
const (
	backupFormat = "doithoai-backup"
	itemEnd      = ItemKind("end")

	// backupBuffer also bounds the first line.
	backupBuffer = 64 << 10
	// maxItem bounds a frame. The longest thing a store can hold is a dead
	// letter of MaxReply control characters: six bytes each in JSON, and twice
	// in base64.
	maxItem = 64 << 20
)

// BackupHeader is what a backup says about itself before its items.
type BackupHeader struct {
	At time.Time // when it was made
}

type backupHeaderJSON struct {
	Format  string    `json:"format"`
	Version Format    `json:"version"`
	At      time.Time `json:"at"`
}

// WriteBackup writes what items shows to w as one backup made at that time,
// and returns how many items it holds. The first one must be the [ItemKey], and
// there must be no second. After an error what was written is no backup, and
// reading it says so.
func WriteBackup(w io.Writer, at time.Time, items func(show func(Item) error) error) (n int, err error) {
	header, err := json.Marshal(backupHeaderJSON{backupFormat, Newest, at.UTC()})
	if err != nil {
		return 0, fmt.Errorf("write backup: %w", err)
	}
	packed := gzip.NewWriter(w)
	if _, err := packed.Write(append(header, '\n')); err != nil {
		return 0, fmt.Errorf("write backup: %w", err)
	}
	err = items(func(item Item) error {
		if err := item.check(n == 0); err != nil {
			return fmt.Errorf("item %d: %w", n+1, err)
		}
		n++
		return writeFrame(packed, item)
	})
	if err == nil && n == 0 {
		err = errors.New("nothing to write, not even the key")
	}
	if err != nil {
		return n, fmt.Errorf("write backup: %w", err)
	}
	if err := errors.Join(writeFrame(packed, Item{Kind: itemEnd, N: uint64(n)}), packed.Close()); err != nil {
		return n, fmt.Errorf("write backup: %w", err)
	}
	return n, nil
}

func writeFrame(w io.Writer, item Item) error {
	raw, err := json.Marshal(item)
	if err != nil {
		return err
	}
	if len(raw) > maxItem {
		return fmt.Errorf("item of %d bytes", len(raw))
	}
	frame := binary.AppendUvarint(make([]byte, 0, len(raw)+binary.MaxVarintLen64+4), uint64(len(raw)))
	frame = append(frame, raw...)
	frame = binary.BigEndian.AppendUint32(frame, crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli)))
	_, err = w.Write(frame)
	return err
}

// ReadBackupHeader reads only what a backup says about itself. Errors are those
// of [ReadBackup].
func ReadBackupHeader(r io.Reader) (BackupHeader, error) {
	_, header, err := openBackup(r)
	return header, err
}

// ReadBackup returns the items of a backup in the order they were written. It
// ends with an error, and no item beside it, when something is wrong: one that
// is [ErrCorrupt] if r is no backup, was changed or was cut; one that is
// [ErrVersion] if it was written by a version this one cannot read; or what r
// itself returned. Only who saw the end without one has seen all of it. No error
// quotes what it holds, and memory stays bounded whatever r claims.
//
// The values are those of this package's encodings and can be decoded. The
// sequence can be ranged over once, because r is read while it goes.
func ReadBackup(r io.Reader) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		frames, _, err := openBackup(r)
		if err != nil {
			yield(Item{}, err)
			return
		}
		for n := uint64(0); ; n++ {
			item, err := readFrame(frames)
			if err == nil && item.Kind == itemEnd {
				if err = checkEnd(frames, item, n); err == nil {
					return
				}
			}
			if err == nil {
				err = item.check(n == 0)
			}
			if err != nil {
				yield(Item{}, fmt.Errorf("read backup: item %d: %w", n+1, err))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// openBackup reads the first line and returns the frames behind it.
func openBackup(r io.Reader) (*bufio.Reader, BackupHeader, error) {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return nil, BackupHeader{}, fmt.Errorf("open backup: %w", torn(err))
	}
	frames := bufio.NewReaderSize(packed, backupBuffer)
	line, err := frames.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = ErrCorrupt
	}
	if err != nil {
		return nil, BackupHeader{}, fmt.Errorf("open backup: %w", torn(err))
	}
	var header backupHeaderJSON
	if json.Unmarshal(line, &header) != nil || header.Format != backupFormat {
		return nil, BackupHeader{}, fmt.Errorf("open backup: %w: not one of ours", ErrCorrupt)
	}
	if header.Version < Oldest || header.Version > Newest {
		return nil, BackupHeader{}, fmt.Errorf("open backup: %w: %d", ErrVersion, header.Version)
	}
	return frames, BackupHeader{At: header.At}, nil
}

func readFrame(frames *bufio.Reader) (Item, error) {
	head, err := frames.Peek(binary.MaxVarintLen64)
	size, n := binary.Uvarint(head) // near the end of the stream head is short, and err says why
	switch {
	case n == 0 && err != nil:
		return Item{}, torn(err)
	case n <= 0, size > maxItem:
		return Item{}, fmt.Errorf("%w: a frame of impossible length", ErrCorrupt)
	}
	if _, err := frames.Discard(n); err != nil {
		return Item{}, torn(err)
	}
	var frame bytes.Buffer // grows with what is there, not with what is claimed
	if _, err := io.CopyN(&frame, frames, int64(size)+4); err != nil {
		return Item{}, torn(err)
	}
	raw, sum := frame.Bytes()[:size], frame.Bytes()[size:]
	if crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(sum) {
		return Item{}, fmt.Errorf("%w: checksum mismatch", ErrCorrupt)
	}
	var item Item
	if json.Unmarshal(raw, &item) != nil {
		return Item{}, fmt.Errorf("%w: not an item", ErrCorrupt) // the decoder's own words may quote it
	}
	return item, nil
}

// checkEnd holds the last frame against what was read, and makes sure that
// nothing follows; reading that far also checks the sum of the gzip stream.
func checkEnd(frames *bufio.Reader, end Item, n uint64) error {
	if end.N != n || n == 0 {
		return fmt.Errorf("%w: %d items of %d", ErrCorrupt, n, end.N)
	}
	switch _, err := frames.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return torn(err)
	}
	return fmt.Errorf("%w: something behind its end", ErrCorrupt)
}

// check says what is wrong with an item of a backup: each value must be one
// that its decoder reads.
func (i Item) check(first bool) error {
	if first != (i.Kind == ItemKey) {
		return fmt.Errorf("%w: the key is the first item and no other", ErrCorrupt)
	}
	var err error
	switch i.Kind {
	case ItemKey:
		if len(i.Value) != KeySize {
			err = fmt.Errorf("%w: key of %d bytes", ErrCorrupt, len(i.Value))
		}
	case ItemChat:
		_, err = DecodeChat(i.Value)
	case ItemCase:
		_, err = DecodeCase(i.Value)
	case ItemDelivery:
		_, err = DecodeDelivery(i.Value)
	case ItemLetter:
		_, err = DecodeLetter(i.Value)
	case ItemDead:
		_, err = DecodeDead(i.Value)
	case ItemOfficers:
		if CheckKept(i.Value) != nil || len(i.Value) == 0 {
			err = fmt.Errorf("%w: a register of impossible length", ErrCorrupt)
		}
	case ItemRef:
	case ItemWindow:
		_, _, err = DecodeWindow(i.Value)
	case ItemCount:
		if _, e := time.Parse(time.DateOnly, i.Day); e != nil || len(i.Counter) == 0 {
			err = fmt.Errorf("%w: count of no day or no name", ErrCorrupt)
		}
	default:
		err = fmt.Errorf("%w: an item of a kind not known here", ErrVersion)
	}
	return err
}

// torn is [ErrCorrupt] in place of an error that means: these are not the
// bytes that were written. Any other error comes from the reader below.
func torn(err error) error {
	_, damaged := errors.AsType[flate.CorruptInputError](err)
	switch {
	case damaged, errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("%w: not what was packed", ErrCorrupt)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early", ErrCorrupt)
	}
	return err
}
