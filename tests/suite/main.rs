//! The server from outside its modules: real SQLite and PostgreSQL, real files, real HTTP, real kills.
//! Only the makers of videos are played, by a provider that does whatever the prompt tells it.

mod api;
mod archive;
mod at_once;
mod choosing;
mod composing;
mod crash;
mod extending;
mod faults;
mod fuzz;
mod generate;
mod generations;
mod guards;
mod hosted;
mod languages;
mod ledger;
mod leftovers;
mod lineage;
mod looks;
mod mail;
mod openai_videos;
mod organising;
mod people;
mod queue;
mod routes;
mod sdk;
mod search;

mod storage;
mod streams;
mod support;
mod trash;
mod watching;
mod webhooks;
