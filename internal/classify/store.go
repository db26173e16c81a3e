package classify

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
const magic = "softmax\x02"

// ErrFormat is wrapped by every error of [Read]: the bytes are no model this
// program can use.
var ErrFormat = errors.New("not a stored model")

// Limits keep a damaged or hostile file from taking all memory.
const (
	maxClasses  = 1 << 12
	maxFeatures = 1 << 21
	maxHidden   = 1 << 10
	maxWeights  = 1 << 28
)

// Write stores the model, compressed: keys as differences, weights as bytes.
func (m *Model) Write(w io.Writer) error {
	var head bytes.Buffer
	head.WriteString(magic)
	hidden := 0
	if m.net != nil {
		hidden = m.net.hidden
	}
	for _, n := range []int{m.classes, len(m.keys), hidden} {
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
	body = appendFloats(body, slices.Concat(m.scale, m.bias))
	body = appendBytes(body, m.weights)
	if m.net != nil {
		body = appendFloats(body, slices.Concat(m.net.scale, m.net.out, m.net.bias))
		body = appendBytes(body, m.net.in)
	}
	if _, err := z.Write(body); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

func appendFloats(body []byte, fs []float32) []byte {
	for _, f := range fs {
		body = binary.LittleEndian.AppendUint32(body, math.Float32bits(f))
	}
	return body
}

func appendBytes(body []byte, qs []int8) []byte {
	for _, q := range qs {
		body = append(body, byte(q))
	}
	return body
}

// Read loads what [Model.Write] stored. It never trusts a length.
func Read(r io.Reader) (*Model, error) {
	in := bufio.NewReader(r)
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return nil, fmt.Errorf("%w: wrong beginning", ErrFormat)
	}
	var sizes [3]uint64
	for i := range sizes {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return nil, fmt.Errorf("%w: cut short", ErrFormat)
		}
		sizes[i] = n
	}
	classes, features, hidden := sizes[0], sizes[1], sizes[2]
	if classes == 0 || classes > maxClasses || features > maxFeatures || hidden > maxHidden || (classes+hidden)*features > maxWeights {
		return nil, fmt.Errorf("%w: impossible size", ErrFormat)
	}
	body := bufio.NewReader(flate.NewReader(in))
	m := &Model{classes: int(classes)}
	keys, err := readKeys(body, features)
	if err != nil {
		return nil, err
	}
	m.setKeys(keys)
	values, err := readFloats(body, len(keys)+m.classes)
	if err != nil {
		return nil, err
	}
	m.scale, m.bias = values[:len(keys):len(keys)], values[len(keys):]
	if m.weights, err = readBytes(body, len(keys)*m.classes); err != nil {
		return nil, err
	}
	if hidden == 0 {
		return m, nil
	}
	n := &network{hidden: int(hidden), classes: m.classes}
	if values, err = readFloats(body, len(keys)+n.hidden*n.classes+n.classes); err != nil {
		return nil, err
	}
	n.scale, values = values[:len(keys):len(keys)], values[len(keys):]
	n.out, n.bias = values[:n.hidden*n.classes:n.hidden*n.classes], values[n.hidden*n.classes:]
	if n.in, err = readBytes(body, len(keys)*n.hidden); err != nil {
		return nil, err
	}
	m.net = n
	return m, nil
}

// readKeys reads rising keys; the slice grows with what is really there.
func readKeys(body *bufio.Reader, features uint64) ([]uint64, error) {
	var keys []uint64
	last := uint64(0)
	for range features {
		d, err := binary.ReadUvarint(body)
		if err != nil || len(keys) > 0 && d == 0 || last+d < last {
			return nil, fmt.Errorf("%w: bad key", ErrFormat)
		}
		last += d
		keys = append(keys, last)
	}
	return keys, nil
}

func readFloats(body io.Reader, n int) ([]float32, error) {
	raw := make([]byte, 4*n)
	if _, err := io.ReadFull(body, raw); err != nil {
		return nil, fmt.Errorf("%w: cut short", ErrFormat)
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		if v := float64(out[i]); math.IsNaN(v) || math.Abs(v) > 1e6 {
			return nil, fmt.Errorf("%w: bad number", ErrFormat)
		}
	}
	return out, nil
}

func readBytes(body io.Reader, n int) ([]int8, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(body, raw); err != nil {
		return nil, fmt.Errorf("%w: cut short", ErrFormat)
	}
	out := make([]int8, n)
	for i, b := range raw {
		out[i] = int8(b)
	}
	return out, nil
}
