package settings

import "strings"

// longest is the length from which a name is no mistyped one.
const longest = 40

// nearest gives the name that was probably meant, or "".
func nearest(name string, from []string) string {
	if name == "" || len(name) > longest {
		return ""
	}
	name = strings.ToLower(name)
	best, least := "", 2+len(name)/4
	for _, f := range from {
		if len(f)-len(name) >= least || len(name)-len(f) >= least {
			continue
		}
		if d := distance(name, strings.ToLower(f)); d < least && d < len(f) {
			best, least = f, d
		}
	}
	if best != "" || len(name) < 3 {
		return best
	}
	for _, f := range from {
		if strings.HasPrefix(f, name) || len(f) >= 3 && strings.HasPrefix(name, f) {
			return f
		}
	}
	return ""
}

// distance counts the letters to add, take away, replace or swap with their neighbour to make b of a: the optimal string
// alignment distance.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
