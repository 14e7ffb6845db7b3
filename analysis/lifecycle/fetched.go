package lifecycle

import (
	"cmp"
	"slices"
)

// Date gives an update in which vulnerabilities that were fetched as a whole are as of the day on which that was, today at the latest, and
// says what was not made so and why. A source that publishes nothing for months is as new as on the day on which it was looked at: its
// newest entry does not tell that. Three things must hold. All that is known of the source is there, else it is some of it. The day is not
// to come. And the source has what others published up to then: one that lacks an entry of others has not kept up, and is told up to the
// day before it.
func (t *Tables) Date(u *Update, today Day) (dated *Update, notes []string) {
	dated = &Update{Generated: u.Generated, Tables: slices.Clone(u.Tables)}
	for i := range dated.Tables {
		next := &dated.Tables[i]
		old, known := t.held[next.subject()]
		if next.Kind != Vulnerabilities || next.Part || !known {
			continue
		}
		name := next.name() + " of " + next.Source.Name
		if !covers(next.Vulnerabilities, old.table.Vulnerabilities) {
			notes = append(notes, name+": these are some of those that are known of it, so that they are added to them, and what is there stays as of "+old.table.Source.AsOf.String())
			continue
		}
		if next.Fetched == 0 || next.Fetched <= next.Source.AsOf || today != 0 && next.Fetched > today {
			continue
		}
		day := next.Fetched
		whole := max(next.Source.AsOf, old.table.Source.AsOf)
		if first, lacks := t.lacks(u, next, whole); lacks && first.Published <= day {
			day = max(first.Published-1, next.Source.AsOf)
			notes = append(notes, name+": got on "+next.Fetched.String()+", and counts as of "+day.String()+" alone: "+first.ID+" of "+first.Published.String()+", which "+
				first.Source.Name+" has, is not in it, so it has not kept up")
		}
		next.Source.AsOf = day
	}
	return dated, notes
}

// lacks finds the first vulnerability that others tell of, here or in the same update, which was published after a day and is not in a table;
// false where there is none. What no version is to mend stands in few of them.
func (t *Tables) lacks(u *Update, next *Table, after Day) (first Vulnerability, found bool) {
	has := map[string]bool{}
	for i := range next.Vulnerabilities {
		has[next.Vulnerabilities[i].ID] = true
	}
	others := map[string]Vulnerability{}
	look := func(of *Table) {
		for _, v := range of.Vulnerabilities {
			if v.Source == nil {
				v.Source = &of.Source
			}
			// Of several sources of one the first that published it counts.
			if o, there := others[v.ID]; v.Published != 0 && len(v.Ranges) > 0 && !has[v.ID] && !remarks()[v.ID].Lasting &&
				(!there || earlier(&v, &o)) {
				others[v.ID] = v
			}
		}
	}
	for _, h := range t.held {
		look(&h.table)
	}
	for i := range u.Tables {
		look(&u.Tables[i])
	}
	for _, v := range others {
		if v.Published > after && (!found || earlier(&v, &first)) {
			first, found = v, true
		}
	}
	return first, found
}

// earlier tells which of two was published first; of one day the one that comes first by name.
func earlier(a, b *Vulnerability) bool {
	return cmp.Or(cmp.Compare(a.Published, b.Published), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Source.Name, b.Source.Name)) < 0
}
