// Package images holds the screens of the images that run: whether each was scanned and is signed, by which evidence, who runs it, and
// what a scanner has found in it.
package images

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/tabs"
)

// Screen is the list of all images.
type Screen struct {
	*tabs.Screen
	sheet *sheet.Screen[*item]
	topic *list
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
	_ view.Tabular  = (*Screen)(nil)
)

// New gives the list, empty until the first snapshot.
func New(shared *view.Shared, keeper *Keeper) *Screen {
	return newScreen(shared, keeper, readerOf(shared.Session))
}

func newScreen(shared *view.Shared, keeper *Keeper, read reader) *Screen {
	place := view.Place{Screen: view.Images}
	s := &Screen{topic: &list{topic: topic{shared, keeper, read, place}}}
	s.topic.screen = s
	s.sheet = sheet.New(shared, s.topic, func(to view.Screen) *sheet.List[*item] {
		return sheet.NewList(shared, to, schemaOf(shared), outsideColumn)
	})
	s.Screen = tabs.New(shared, place, &keeper.job, tabs.Tab{Name: "images", Side: s.sheet})
	return s
}

// GroupBy groups the images. By namespace one that runs in several of them stands in each.
func (s *Screen) GroupBy(group string) tea.Cmd {
	s.topic.apart = group == byNamespace
	return tea.Batch(s.Screen.GroupBy(group), s.sheet.Show(s.Snapshot()))
}

// Open gives the screen of a place that is about one image; nil where it is none.
func Open(shared *view.Shared, keeper *Keeper, p view.Place) view.Screen {
	return open(shared, keeper, readerOf(shared.Session), p)
}

func open(shared *view.Shared, keeper *Keeper, read reader, p view.Place) view.Screen {
	if p.Screen != view.Image || p.Query == "" {
		return nil
	}
	t := topic{shared, keeper, read, p}
	found := &contents{topic: t}
	lines := sheet.New(shared, found, func(to view.Screen) *sheet.List[*line] {
		return sheet.NewList(shared, to, lineSchema(shared), 0)
	})
	runs := sheet.New(shared, &uses{topic: t}, func(to view.Screen) *sheet.List[*use] {
		return sheet.NewList(shared, to, useSchema(shared), 0)
	})
	s := tabs.New(shared, p, &keeper.job, tabs.Tab{Name: "vulnerabilities", Side: lines}, tabs.Tab{Name: "workloads", Side: runs})
	found.screen = s
	return s
}
