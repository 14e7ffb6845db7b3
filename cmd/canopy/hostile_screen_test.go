package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// TestHostileScreen shows a cluster that an attacker has written on every screen at two sizes. After each key all cells are
// what a terminal draws alike everywhere and what stands below each other is aligned; at the end every sequence that was
// sent is one that a screen needs, and what was written to files and to the clipboard is clean.
func TestHostileScreen(t *testing.T) {
	t.Parallel()
	cluster := hostile(t)
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			screen := start(t, opening{width: size[0], height: size[1], folder: folder}, "-f", cluster)
			screen.shows("coverage ", "capture")
			screen.shows("FIX FIRST")
			seen := map[string]bool{}
			screen.look = func(key string) {
				wrong := crooked(screen)
				if len(wrong) > 0 {
					// Half a frame may have come.
					time.Sleep(quiet)
					wrong = crooked(screen)
				}
				for _, line := range wrong {
					t.Errorf("after %q: %s\n%s", key, line, screen.emulator.String())
				}
				crumbs := strings.Split(screen.emulator.String(), "\n")[2]
				for _, name := range []string{"overview ─", "findings ─", "findings › by", "findings › PS", "resources ─", "resources ›", "explain ›", "plan ›"} {
					seen[name] = seen[name] || strings.Contains(crumbs, "─ "+name)
				}
			}
			strollHostile(screen)
			// Namespaces whose names are payloads, and no others.
			screen.press("1", "n", "payload", "\r", "\t", "\t", "2", "0")
			screen.press(":", "all namespaces", "\r")
			exportHostile(screen)
			screen.quit()
			for name, ok := range seen {
				if !ok {
					t.Errorf("the keys do not lead to the screen %s", name)
				}
			}
			holdDrawn(t, screen.raw())
			holdFiles(t, folder)
		})
	}
}

// strollHostile goes to every screen, in it to every pane and to the end of its texts.
func strollHostile(screen *terminal) {
	const page, end = "\x1b[6~", "G"
	screen.press("\t", "j", end, "\t", end, "\t", end, "\t", "\t")
	screen.press("?", "payload", escape, ":", "payload", "\x1b[B", escape, "n", "payload", escape, "T", escape)
	screen.press("2", page, end, "g", "W", "l", "l", "h", "h", "W", "s", "S", "#", "#", "z", "\r", "#", "######", "|", escape)
	screen.press("*", "f", "\t", end, "\t", end, "\t", escape, "w", end, "\t", end, escape, escape)
	for _, filter := range []string{"payload", "shop/Deployment/a-name rule:PS01", "Pod/c-name rule:PS06", "shop/Deployment/e-name rule:PS10", "shop/Deployment/i-name"} {
		screen.press("/", filter, "\r", "\r", "\t", page, end, "/", "payload", "\r", ">", escape, "\t", end, "e", end, escape, "f", "\t", end, escape)
		screen.press("y", escape, escape)
	}
	screen.press("/", "shop/Pod/b-name rule:PS01", "\r", "o", "l", "j", "\r", "\t", escape, "r", escape, "1")
	screen.press("0", "g", "l", "j", "l", "j", "l", "j", "l", end, "l", end, "W", "W", "/", "payload", "\r", page, end, "\r", "\t", end, escape, escape)
	screen.press(":go shop/Pod/f-name\r")
	screen.shows("resources › shop/Pod/f-name")
	screen.press("\t", end, escape)
	screen.press("/", "h-name", "\r", "j", "j", "\r", "o", escape, escape, "m", "'", escape, "p", "p")
}

// exportHostile writes all findings and a fix to files, and copies names and an object.
func exportHostile(screen *terminal) {
	screen.press("2", escape, "U")
	for _, name := range []string{"all.json", "all.yaml", "all.csv", "all.sarif", "all.junit.xml", "all.txt"} {
		screen.answer("x", "export ", name)
		screen.says(" findings to " + name)
	}
	screen.press("/", "shop/Deployment/d-name rule:PS01", "\r", "*", "c", "f")
	screen.shows("1 ! patch shop/Deployment/d-name")
	screen.press("c")
	screen.answer("x", "into folder: ", "canopy-fix")
	screen.says("into canopy-fix, with README.md")
	screen.press(escape, escape, "\r", "\t", "c")
	screen.shows("sent to the clipboard: ")
	screen.press("1")
}

// narrowest is the width from which on a line is one between panes: a tree has lines too.
const narrowest = 20

// crooked says what is wrong with the cells of a screen: characters that not all terminals draw alike, and edges of panes,
// boxes and columns that are not straight.
func crooked(s *terminal) []string {
	grid := make([][]string, s.height)
	var wrong []string
	for y := range grid {
		for x := 0; x < s.width; x++ {
			c := s.emulator.CellAt(x, y)
			content, width := " ", 1
			if c != nil && c.Content != "" {
				content, width = c.Content, c.Width
			}
			if bad, _ := harmless(content); bad != "" || utf8.RuneCountInString(content) > 5 {
				wrong = append(wrong, fmt.Sprintf("line %d, cell %d holds %q", y, x, content))
			}
			grid[y] = append(grid[y], content)
			for ; width > 1; width-- {
				x++
				grid[y] = append(grid[y], "")
			}
		}
		if len(grid[y]) != s.width {
			wrong = append(wrong, fmt.Sprintf("line %d is %d cells wide", y, len(grid[y])))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	top, left, right, bottom := box(grid)
	inBox := func(x, y int) bool { return y >= top && y <= bottom && x >= left && x <= right }
	for y := top + 1; y < bottom; y++ {
		if grid[y][left] != "│" || grid[y][right] != "│" {
			wrong = append(wrong, fmt.Sprintf("line %d: the box has no edge", y))
		}
	}
	// Below the crumbs, above the status line.
	body := grid[3 : s.height-2]
	for x := range s.width {
		held, first, last := 0, -1, -1
		for y := range body {
			if body[y][x] == "│" || inBox(x, y+3) {
				if held++; first < 0 {
					first = y
				}
				last = y
			}
		}
		// A line between panes has no gap; what stands above and below the panes ends it.
		if x >= narrowest && held < last-first+1 && held > len(body)*2/3 && !inBox(x, top) {
			wrong = append(wrong, fmt.Sprintf("the line in cell %d is interrupted", x))
		}
	}
	for _, title := range []string{"RULE", "FINDING", "OBJECT", "WORST", "POSTURE"} {
		wrong = append(wrong, column(body, title, inBox)...)
	}
	return wrong
}

// box finds the box that lies over a screen: its first and last line and cell.
func box(grid [][]string) (top, left, right, bottom int) {
	top, bottom, left, right = -1, -2, -1, -2
	for y, line := range grid {
		for x, c := range line {
			switch c {
			case "┌", "╭":
				top, left = y, x
			case "┐", "╮":
				right = x
			case "└", "╰":
				bottom = y
			}
		}
	}
	return top, left, right, bottom
}

// column holds the rows of a table to the place of a title: there a cell begins, after a blank.
func column(body [][]string, title string, inBox func(x, y int) bool) (wrong []string) {
	header := strings.Join(body[0], "\x00")
	at := strings.Index(header, strings.Join(strings.Split(title, ""), "\x00"))
	if at < 0 {
		return nil
	}
	x := strings.Count(header[:at], "\x00")
	for y := range body {
		// Headings of groups and what is said below the rows take the whole line.
		row := body[y][1] == " " && !slices.Contains([]string{"▸", "▾"}, body[y][2])
		if title == "WORST" || title == "POSTURE" {
			row = body[y][1] == " "
		}
		if row && x > 0 && body[y][x-1] != " " && !inBox(x-1, y+3) && !inBox(x, y+3) {
			wrong = append(wrong, fmt.Sprintf("line %d: no blank before the column %s", y+3, title))
		}
	}
	return wrong
}

// needed lists how the sequences end that move the cursor, write, erase, scroll and colour cells, and that switch on and off
// what a full screen wants.
func needed() []string {
	return strings.Fields("A B C D G H d Z @ P X J K L M S T b r m q ?h ?l ?p ?u ?W >u <u >m")
}

// holdDrawn holds every sequence that was sent to those that the renderer needs.
func holdDrawn(t *testing.T, drawn string) {
	t.Helper()
	var text strings.Builder
	sequences := map[string]int{}
	parser := ansi.NewParser()
	var state byte
	for rest := drawn; rest != ""; {
		sequence, _, n, next := ansi.DecodeSequence(rest, state, parser)
		rest, state = rest[n:], next
		switch {
		case strings.HasPrefix(sequence, "\x1b["):
			sequences["CSI "+strings.Trim(string(ansi.Cmd(parser.Command()).Prefix()), "\x00")+string(ansi.Cmd(parser.Command()).Final())]++
		case strings.HasPrefix(sequence, "\x1b]52;c;"):
			held, err := base64.StdEncoding.DecodeString(strings.TrimRight(sequence[len("\x1b]52;c;"):], "\x07\x1b\\"))
			if err != nil {
				t.Errorf("the clipboard gets %q: %v", sequence, err)
			}
			hold(t, "the clipboard", string(held))
			sequences["OSC 52"]++
		case strings.HasPrefix(sequence, "\x1b"):
			sequences[sequence[:min(len(sequence), 12)]]++
			if strings.Contains(sequence, "payload") || strings.Contains(sequence, "cGF5") {
				t.Errorf("a sequence holds a payload: %q", sequence)
			}
		case sequence == "\r" || sequence == "\b":
		default:
			text.WriteString(sequence)
		}
	}
	hold(t, "the screen", text.String())
	for name, n := range sequences {
		kind, final, _ := strings.Cut(name, " ")
		switch {
		case kind == "CSI" && slices.Contains(needed(), final):
		case slices.Contains([]string{"OSC 52", "\x1bM", "\x1b]2;canopy\a", "\x1b]2;\a", "\x1b]11;?\a"}, name):
		default:
			t.Errorf("the screen sends %q, %d times", name, n)
		}
	}
	if sequences["OSC 52"] != 3 {
		t.Errorf("%d copies, not 3", sequences["OSC 52"])
	}
	for _, bad := range []string{"\x1b]0;", "\x1b]52;c;cGF5bG9hZA==", "\x1b]8;", "\x1b[31;47m", "\x1b[6n", "\x1bP$q", "\u009b"} {
		if at := strings.Index(drawn, bad); at >= 0 {
			t.Errorf("the screen sends %q: %q", bad, drawn[max(0, at-40):min(len(drawn), at+60)])
		}
	}
}

// holdFiles reads all that was written into a folder.
func holdFiles(t *testing.T, folder string) {
	t.Helper()
	var names []string
	if err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		names = append(names, entry.Name())
		hold(t, "the name of "+path, entry.Name())
		hold(t, path, string(text))
		if !regexp.MustCompile("pay|d-name").Match(text) {
			t.Errorf("%s speaks of nothing: %q", path, text)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(names) < 9 || !slices.Contains(names, "fix.yaml") {
		t.Errorf("only %v were written", names)
	}
}
