package metrics

import (
	"bufio"
	"errors"
	"io"
	"math"
)

// readProtobuf reads a list as protobuf, item by item.
func readProtobuf(body io.Reader, what resource, each func(*item) error) error {
	s := &stream{r: bufio.NewReaderSize(body, 64<<10), left: math.MaxInt64}
	if head, err := s.bytes(int64(len(magic)), nil); err != nil {
		return err
	} else if string(head) != magic {
		return errForm
	}
	kind := ""
	for {
		number, size, err := s.field()
		switch {
		case err != nil:
			return inside(err)
		case number == envelopeType:
			about, err := s.bytes(size, nil)
			if err != nil {
				return err
			}
			if !fields(about, func(number int, content []byte, _ uint64) bool {
				if number == typeKind {
					kind = string(content)
				}
				return true
			}) {
				return errForm
			}
		case number == envelopeRaw:
			if kind != what.list() {
				return wrongKind(kind, what)
			}
			s.left = size
			return s.items(what, each)
		default:
			if err := s.skip(size); err != nil {
				return err
			}
		}
	}
}

// items reads the items of a list.
func (s *stream) items(what resource, each func(*item) error) error {
	var buffer []byte
	var x item
	for {
		number, size, err := s.field()
		if errors.Is(err, io.EOF) {
			// The body may end before the list does.
			if s.left > 0 {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err == nil && number != listItems {
			err = s.skip(size)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return inside(err)
		}
		if buffer, err = s.bytes(size, buffer); err != nil {
			return err
		}
		x.reset()
		if !x.decode(buffer, what) {
			x.reset()
			x.bad = 1
		}
		if err := each(&x); err != nil {
			return err
		}
	}
}

// decode reads NodeMetrics or PodMetrics.
func (x *item) decode(message []byte, what resource) bool {
	var cpu, memory string
	sound := fields(message, func(number int, content []byte, _ uint64) bool {
		switch number {
		case itemMeta:
			return fields(content, func(number int, content []byte, _ uint64) bool {
				switch number {
				case metaName:
					x.name = string(content)
				case metaNamespace:
					x.namespace = string(content)
				}
				return true
			})
		case itemTime:
			return fields(content, func(number int, _ []byte, value uint64) bool {
				if number == timeSeconds {
					x.at = int64(value)
				}
				return true
			})
		case itemUsage:
			if what == nodes {
				return entry(content, &cpu, &memory)
			}
			return x.container(content)
		}
		return true
	})
	if sound && what == nodes {
		x.add("", cpu, memory, false)
	}
	return sound
}

// container reads ContainerMetrics.
func (x *item) container(message []byte) bool {
	var name, cpu, memory string
	sound := fields(message, func(number int, content []byte, _ uint64) bool {
		switch number {
		case containerName:
			name = string(content)
		case containerUsage:
			return entry(content, &cpu, &memory)
		}
		return true
	})
	if sound {
		x.add(name, cpu, memory, true)
	}
	return sound
}

// entry reads one resource with its quantity.
func entry(message []byte, cpu, memory *string) bool {
	var key, value string
	sound := fields(message, func(number int, content []byte, _ uint64) bool {
		switch number {
		case entryKey:
			key = string(content)
		case entryValue:
			return fields(content, func(number int, content []byte, _ uint64) bool {
				if number == quantityS {
					value = string(content)
				}
				return true
			})
		}
		return true
	})
	switch key {
	case "cpu":
		*cpu = value
	case "memory":
		*memory = value
	}
	return sound
}
