package lifecycle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func endOfLifeSource(asOf Day) Source {
	return Source{Name: "endoflife.date", URL: "https://endoflife.date", AsOf: asOf, Licence: "MIT"}
}

// loose is a day, or whether it is over, as endoflife.date writes it: "2027-02-28", true, false, "True", "False", null.
type loose struct {
	day Day
	yes bool
}

func (l *loose) UnmarshalJSON(data []byte) error {
	word := strings.ToLower(strings.Trim(string(data), `"`))
	switch word {
	case "false", "null", "", "none":
		return nil
	case "true":
		l.yes = true
		return nil
	}
	d, err := ParseDay(word)
	if err != nil || !d.sane() {
		return fmt.Errorf("%s is neither a day nor true or false", quoted(data))
	}
	l.day, l.yes = d, true
	return nil
}

// word is a text that some write as a number.
type word string

func (w *word) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] != '"' {
		if bytes.ContainsAny(data, "{[") {
			return fmt.Errorf("%s is no name", quoted(data))
		}
		*w = word(data)
		return nil
	}
	return json.Unmarshal(data, (*string)(w))
}

// readEndOfLife reads lines by product, as the pages of products have them and as the first version of the API gives them. Neither says
// as of when it is: the newest release in it does, which is never later than the truth.
func readEndOfLife(fields map[string]json.RawMessage) (*Update, error) {
	type line struct {
		ReleaseCycle, Cycle            word
		ReleaseDate, LatestReleaseDate loose
		EOAS, Support, EOL, EOES, LTS  loose
		Latest                         word
		ExtendedSupport                loose
	}
	u := &Update{}
	var asOf Day
	for _, product := range slices.Sorted(maps.Keys(fields)) {
		if !products()[product] {
			continue
		}
		var lines []line
		if err := json.Unmarshal(fields[product], &lines); err != nil {
			return nil, fmt.Errorf("%s: %w", product, err)
		}
		t := Table{Kind: Support, Product: product}
		for _, l := range lines {
			c := Cycle{
				Name: string(l.ReleaseCycle + l.Cycle), Released: l.ReleaseDate.day, Maintenance: max(l.EOAS.day, l.Support.day), End: l.EOL.day,
				Extended: max(l.EOES.day, l.ExtendedSupport.day), Ended: l.EOL.yes && l.EOL.day == 0, LTS: l.LTS.yes,
				Latest: string(l.Latest), Out: l.LatestReleaseDate.day,
			}
			asOf = max(asOf, c.Out, c.Released)
			t.Cycles = append(t.Cycles, c)
		}
		if len(t.Cycles) > 0 {
			u.Tables = append(u.Tables, t)
		}
	}
	return dated(u, asOf)
}

// dated gives all tables of an update their source.
func dated(u *Update, asOf Day) (*Update, error) {
	if len(u.Tables) == 0 {
		return nil, errors.New("holds nothing on any product that is known here")
	}
	if asOf == 0 {
		return nil, errors.New("does not say as of when it is, nor when anything was released")
	}
	for i := range u.Tables {
		u.Tables[i].Source = endOfLifeSource(asOf)
	}
	return u, u.check()
}

// readEndOfLifeV1 reads what the API gives of one product, or of all.
func readEndOfLifeV1(data []byte) (*Update, error) {
	var answer struct {
		Generated time.Time       `json:"generated_at"`
		Modified  time.Time       `json:"last_modified"`
		Result    json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, err
	}
	type product struct {
		Name     string `json:"name"`
		Releases []struct {
			Name        word  `json:"name"`
			ReleaseDate loose `json:"releaseDate"`
			IsLTS       bool  `json:"isLts"`
			IsEOL       bool  `json:"isEol"`
			EOLFrom     loose `json:"eolFrom"`
			EOASFrom    loose `json:"eoasFrom"`
			EOESFrom    loose `json:"eoesFrom"`
			Latest      *struct {
				Name word  `json:"name"`
				Date loose `json:"date"`
			} `json:"latest"`
		} `json:"releases"`
	}
	var all []product
	if result := bytes.TrimSpace(answer.Result); len(result) > 0 && result[0] == '[' {
		if err := json.Unmarshal(result, &all); err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
	} else {
		var one product
		if err := json.Unmarshal(answer.Result, &one); err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
		all = append(all, one)
	}
	u := &Update{}
	var asOf Day
	if !answer.Generated.IsZero() {
		asOf = DayOf(answer.Generated)
	} else if !answer.Modified.IsZero() {
		asOf = DayOf(answer.Modified)
	}
	told := asOf != 0
	for _, p := range all {
		if !products()[p.Name] || len(p.Releases) == 0 {
			continue
		}
		t := Table{Kind: Support, Product: p.Name}
		for _, r := range p.Releases {
			c := Cycle{
				Name: string(r.Name), Released: r.ReleaseDate.day, Maintenance: r.EOASFrom.day, End: r.EOLFrom.day, Extended: r.EOESFrom.day,
				Ended: r.IsEOL && r.EOLFrom.day == 0, LTS: r.IsLTS,
			}
			if r.Latest != nil {
				c.Latest, c.Out = string(r.Latest.Name), r.Latest.Date.day
			}
			if !told {
				asOf = max(asOf, c.Out, c.Released)
			}
			t.Cycles = append(t.Cycles, c)
		}
		u.Tables = append(u.Tables, t)
	}
	return dated(u, asOf)
}
