package image

import (
	"iter"
	"slices"
)

// few is a set of pointers that has one member most often: that one, and a crowd where there are more. Its order means nothing.
type few[T any] struct {
	one  *T
	more *crowd[T]
}

// crowd is the other members: a list, and once that is long a map that finds places in it.
type crowd[T any] struct {
	list []*T
	at   map[*T]int32
}

// many is how long a list may be that is searched.
const many = 16

func (f *few[T]) len() int {
	switch {
	case f.one == nil:
		return 0
	case f.more == nil:
		return 1
	}
	return 1 + len(f.more.list)
}

// all goes through the members.
func (f few[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		if f.one == nil || !yield(f.one) || f.more == nil {
			return
		}
		for _, x := range f.more.list {
			if !yield(x) {
				return
			}
		}
	}
}

// list gives the members in a list of its own.
func (f few[T]) list() []*T { return slices.AppendSeq(make([]*T, 0, f.len()), f.all()) }

// add puts a member in that may be one already.
func (f *few[T]) add(x *T) {
	switch {
	case f.one == x:
	case f.one == nil:
		f.one = x
	case f.more == nil:
		f.more = &crowd[T]{list: []*T{x}}
	case f.more.find(x) < 0:
		f.more.add(x)
	}
}

// drop takes a member out that may be none.
func (f *few[T]) drop(x *T) {
	switch {
	case f.one == nil:
		return
	case f.one != x:
		if f.more != nil {
			f.more.drop(f.more.find(x))
		}
	case f.more == nil:
		f.one = nil
	default:
		last := len(f.more.list) - 1
		f.one = f.more.list[last]
		f.more.drop(last)
	}
	if f.more != nil && len(f.more.list) == 0 {
		f.more = nil
	}
}

func (c *crowd[T]) find(x *T) int {
	if c.at == nil {
		return slices.Index(c.list, x)
	}
	if i, ok := c.at[x]; ok {
		return int(i)
	}
	return -1
}

func (c *crowd[T]) add(x *T) {
	c.list = append(c.list, x)
	switch {
	case c.at != nil:
		c.at[x] = int32(len(c.list) - 1)
	case len(c.list) > many:
		c.at = make(map[*T]int32, len(c.list))
		for i, x := range c.list {
			c.at[x] = int32(i)
		}
	}
}

// drop takes out what stands in a place; nothing where that is before the first.
func (c *crowd[T]) drop(i int) {
	if i < 0 {
		return
	}
	last := len(c.list) - 1
	gone := c.list[i]
	c.list[i], c.list[last] = c.list[last], nil
	if c.at != nil {
		c.at[c.list[i]] = int32(i)
		delete(c.at, gone)
	}
	c.list = c.list[:last]
	if last <= many/2 {
		c.at = nil
	}
	if cap(c.list) > 4*many && last < cap(c.list)/4 {
		c.list = slices.Clone(c.list)
	}
}

// index notes, or forgets, that something is found by a text; "" finds nothing.
func index[T any](sets map[string]few[T], text string, one *T, there bool) {
	if text == "" {
		return
	}
	set := sets[text]
	if there {
		set.add(one)
	} else {
		set.drop(one)
	}
	if set.one == nil {
		delete(sets, text)
		return
	}
	sets[text] = set
}
