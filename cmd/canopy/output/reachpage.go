package output

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/ui/text"
)

// writeCSV writes one line per entry. It is written for machines, so that everything is * as in JSON.
func (r *Reach) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	row := []string{
		"src", "srcClass", "dst", "dstClass", "verdict", "connections", "because", "assumption", "via", "pairsAllowed", "pairsTotal",
	}
	if err := c.Write(row); err != nil {
		return err
	}
	for e := range r.Entries {
		via, allowed, total := "", "", ""
		if !e.Via.IsZero() {
			via = e.Via.String()
		}
		if r.Level == network.Namespaces {
			allowed, total = strconv.Itoa(e.Pairs.Allowed), strconv.Itoa(e.Pairs.Total)
		}
		src, dst := e.Src, e.Dst
		src.Class, dst.Class = "", ""
		row = append(row[:0], endWords(src), e.Src.Class, endWords(dst), e.Dst.Class, e.Verdict.String(), portWords(e.Connections), allReasons(&e),
			e.Assumption, via, allowed, total)
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// portWords is a set as text for machines: "TCP 80,443 UDP 53", * for everything, nothing for nothing.
func portWords(s port.Set) string {
	switch {
	case s.Full():
		return "*"
	case s.Empty():
		return ""
	}
	return s.String()
}

// writeMarkdown writes a page with a table.
func (r *Reach) writeMarkdown(w io.Writer, style Style) error {
	titles := []string{"source", "destination", "connections", "verdict", "why"}
	if r.Level == network.Namespaces {
		titles = []string{"source", "destination", "pairs", "connections", "verdict", "why"}
	}
	denied := ""
	if !r.Denied {
		denied = " What is denied is left out."
	}
	if _, err := fmt.Fprintf(w, "# Who can talk to whom\n\nAs declared, by %s; enforcement by the network plug-in: %s.%s\n\n| %s |\n|%s\n",
		r.Level, r.Enforcement, denied, strings.Join(titles, " | "), strings.Repeat("---|", len(titles))); err != nil {
		return err
	}
	var row []string
	for e := range r.Entries {
		row = append(row[:0], endWords(e.Src), endWords(e.Dst))
		if r.Level == network.Namespaces {
			row = append(row, pairWords(&e.Pairs))
		}
		row = append(row, e.Connections.String(), e.Verdict.String(), whyWords(&e))
		for i := range row {
			row[i] = markdownText(style.Charset, row[i])
		}
		if _, err := io.WriteString(w, "| "+strings.Join(row, " | ")+" |\n"); err != nil {
			return err
		}
	}
	return nil
}

// markdownText gives a text that reads as itself and as nothing else: a character that could begin markup, a link or a
// mention stands as its number, which can begin none.
func markdownText(charset text.Charset, s string) string {
	s = charset.Clean(s)
	var b strings.Builder
	for i, c := range s {
		rest := s[i+len(string(c)):]
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c > unicode.MaxASCII, strings.ContainsRune(" -/,=()+;%'", c):
			b.WriteRune(c)
		case c == ':' && !strings.HasPrefix(rest, "/"), c == '.' && !strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "&#%d;", c)
		}
	}
	return b.String()
}
