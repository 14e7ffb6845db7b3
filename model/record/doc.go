// Package record holds the records: the objects of a cluster as Canopy keeps them. Make turns an API object into its
// record, and is the transform of every informer and of every capture reader; called on a record it returns it unchanged.
//
// A record drops managedFields once the times of interest are read, annotations that no rule reads, and every value of a
// Secret. Pod templates are interned: all pods of a Deployment share one.
package record
