package linear

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// magic begins a stored model; its last byte is the version of the format.
const magic = "softmax\x01"

// ErrFormat is wrapped by every error of [Read]: the bytes are no model this
// program can use.
var ErrFormat = errors.New("not a stored model")

// Limits keep a damaged or hostile file from taking all memory.
const (
	maxClasses  = 1 << 12
	maxFeatures = 1 << 21
	maxWeights  = 1 << 28
)

// Write stores the model, compressed: keys as differences, weights as bytes.
func (m *Model) Write(w io.Writer) error {
	var head bytes.Buffer
	head.WriteString(magic)
	for _, n := range []int{m.classes, len(m.keys)} {
		head.Write(binary.AppendUvarint(nil, uint64(n)))
	}
	if _, err := w.Write(head.Bytes()); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	body := make([]byte, 0, 16*len(m.keys))
	last := uint64(0)
	for _, k := range m.keys {
		body = binary.AppendUvarint(body, k-last)
		last = k
	}
	for _, f := range slices.Concat(m.scale, m.bias) {
		body = binary.LittleEndian.AppendUint32(body, math.Float32bits(f))
	}
	for _, q := range m.weights {
		body = append(body, byte(q))
	}
	if _, err := z.Write(body); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

// Read loads what [Model.Write] stored. It never trusts a length.
func Read(r io.Reader) (*Model, error) {
	in := bufio.NewReader(r)
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return nil, fmt.Errorf("%w: wrong beginning", ErrFormat)
	}
	classes, err1 := binary.ReadUvarint(in)
	features, err2 := binary.ReadUvarint(in)
	if err1 != nil || err2 != nil || classes == 0 || classes > maxClasses || features > maxFeatures || classes*features > maxWeights {
		return nil, fmt.Errorf("%w: impossible size", ErrFormat)
	}
	m := &Model{classes: int(classes)}
	body := bufio.NewReader(flate.NewReader(in))
	var keys []uint64 // grows with what is really there
	last := uint64(0)
	for range features {
		d, err := binary.ReadUvarint(body)
		if err != nil || len(keys) > 0 && d == 0 || last+d < last {
			return nil, fmt.Errorf("%w: bad key", ErrFormat)
		}
		last += d
		keys = append(keys, last)
	}
	m.setKeys(keys)
	floats := make([]byte, 4*(len(keys)+m.classes))
	if _, err := io.ReadFull(body, floats); err != nil {
		return nil, fmt.Errorf("%w: cut short", ErrFormat)
	}
	values := make([]float32, len(keys)+m.classes)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(floats[4*i:]))
		if v := float64(values[i]); math.IsNaN(v) || math.Abs(v) > 1e6 {
			return nil, fmt.Errorf("%w: bad number", ErrFormat)
		}
	}
	m.scale, m.bias = values[:len(keys):len(keys)], values[len(keys):]
	raw := make([]byte, len(keys)*m.classes)
	if _, err := io.ReadFull(body, raw); err != nil {
		return nil, fmt.Errorf("%w: cut short", ErrFormat)
	}
	m.weights = make([]int8, len(raw))
	for i, b := range raw {
		m.weights[i] = int8(b)
	}
	return m, nil
}
