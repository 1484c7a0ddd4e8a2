BEGIN TRANSACTION;
CREATE TABLE events (
    run TEXT NOT NULL, n INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (run, n)
) WITHOUT ROWID;
INSERT INTO "events" VALUES('qaj7GPec8P7Oh6iPhRepyQ',1,'{"kind":"en');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',1,'{"kind":"started","parameters":5121,"rows":404,"updates_per_epoch":7,"epochs":2,"metric":"mae","preloaded":false,"epoch":0,"update":0,"threads":1}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',2,'{"kind":"baselines","baselines":[{"name":"mean","loss":83.8,"metric":6.5,"seconds":0.01,"r2":null,"epochs":null}]}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',3,'{"kind":"batches","points":[[1,580.5,22.25],[7,120.0,8.5]]}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',4,'{"kind":"epoch","epoch":1,"loss":300.5,"metric":15.0,"val_loss":90.25,"val_metric":7.0,"seconds":0.05,"best_epoch":1,"checkpoint":7,"penalty":0.0}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',5,'{"kind":"tuned","update":7,"learning_rate":0.0005,"updates_per_second":null}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',6,'{"kind":"batches","points":[[14,60.0,5.5]]}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',7,'{"kind":"epoch","epoch":2,"loss":70.0,"metric":6.0,"val_loss":45.5,"val_metric":5.0,"seconds":0.05,"best_epoch":2,"checkpoint":14,"penalty":0.0}');
INSERT INTO "events" VALUES('vMSJT_8bsQhgdUIm3a0_lQ',8,'{"kind":"end","state":"done","error":null,"test":{"loss":45.5,"mse":45.5,"mae":5.0},"update":null,"best_epoch":2,"seconds":0.5,"checkpoint":14,"diagnoses":[],"kept":null}');
CREATE TABLE removed (run TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, task TEXT NOT NULL,
    experiment TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL,
    epoch INTEGER NOT NULL, val_loss REAL, val_metric REAL, best_epoch INTEGER, test TEXT,
    events INTEGER NOT NULL, updates INTEGER NOT NULL DEFAULT 0, checkpoint INTEGER,
    stretch INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT '', deleted REAL
);
INSERT INTO "runs" VALUES(1,'vMSJT_8bsQhgdUIm3a0_lQ','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','boston','{"task": "boston", "layers": [{"units": 64, "activation": "relu", "dropout": 0.0}, {"units": 64, "activation": "relu", "dropout": 0.0}], "optimizer": {"name": "sgd", "learning_rate": 0.001, "momentum": 0.9, "nesterov": true}, "epochs": 2, "batch_size": 64, "seed": 0, "train_size": null, "validation_share": 0.0, "standardize": true, "l2": 0.0, "early_stopping": null, "reading": null}','done',1.79588875881063294408e+09,1.79588875881129074094e+09,1.79588875881321835513e+09,2,45.5,5.0,2,'{"loss": 45.5, "mse": 45.5, "mae": 5.0}',8,14,14,0,'',NULL);
INSERT INTO "runs" VALUES(2,'qaj7GPec8P7Oh6iPhRepyQ','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','boston','{"task": "boston", "layers": [{"units": 64, "activation": "relu", "dropout": 0.0}, {"units": 64, "activation": "relu", "dropout": 0.0}], "optimizer": {"name": "sgd", "learning_rate": 0.001, "momentum": 0.9, "nesterov": true}, "epochs": 80, "batch_size": 64, "seed": 0, "train_size": null, "validation_share": 0.0, "standardize": true, "l2": 0.0, "early_stopping": null, "reading": null}','stopped',1.79588875881395840638e+09,NULL,1.79588875881493687629e+09,0,NULL,NULL,NULL,NULL,1,0,NULL,0,'',NULL);
CREATE INDEX runs_by_owner ON runs (owner, task, number);
COMMIT;
PRAGMA user_version = 3;
